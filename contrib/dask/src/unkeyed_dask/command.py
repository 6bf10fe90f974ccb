"""`unkeyed-dask run`: the command line."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from distributed import Client

from unkeyed_dask import __version__
from unkeyed_dask.cluster import CONNECT_SECONDS, Tls, admit, connect, local
from unkeyed_dask.drive import Driver
from unkeyed_dask.progress import Progress, printable
from unkeyed_dask.store import Store
from unkeyed_dask.targets import read
from unkeyed_dask.unit import USAGE, Misused, Unit

INCOMPLETE = 3
"""Exit code if not every target has its record."""
INTERRUPTED = 130
"""Exit code after an interrupt."""

EPILOG = """\
Options of the binary follow `--`:
  unkeyed-dask run --targets estate.txt --records out --workers 4 -- --as-of 2026-11-01T00:00:00Z --policy /etc/unkeyed.toml

Exit codes: 0 ok, 1 a gate failed, 2 usage, 3 a target failed or the run broke off, 130 interrupted.
Run the same command again to go on: records that are there are not made twice.
"""


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    whole = argparse.ArgumentParser(prog="unkeyed-dask", description="Run unkeyed over many targets on a Dask cluster")
    whole.add_argument("--version", action="version", version=__version__)
    run = whole.add_subparsers(dest="command", required=True).add_parser(
        "run", help="audit every target of a list", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    run.add_argument("--targets", required=True, metavar="FILE", help="list of targets, `-` for standard input (docs/records.md)")
    run.add_argument("--records", required=True, metavar="DIR", help="where the records go")
    where = run.add_mutually_exclusive_group(required=True)
    where.add_argument("--scheduler", metavar="ADDRESS", help="a scheduler that runs already, such as tls://dask.internal:8786")
    where.add_argument("--workers", type=positive, metavar="N", help="start N workers on this machine instead")
    run.add_argument(
        "--shared", action="store_true", help="--records is one folder for all workers, which write into it themselves"
    )
    run.add_argument("--retries", type=int, default=2, metavar="N", help="tries after the first if a worker is lost (default 2)")
    run.add_argument("--in-flight", type=positive, metavar="N", help="targets handed out at once (default two a thread)")
    run.add_argument("--timeout", type=float, metavar="SECONDS", help="give a target up after that time")
    run.add_argument("--tls-ca", metavar="FILE", help="certificate authority of scheduler, workers and this client")
    run.add_argument("--tls-cert", metavar="FILE", help="this client's certificate")
    run.add_argument("--tls-key", metavar="FILE", help="its key")
    worker = run.add_argument_group("on each worker")
    worker.add_argument("--binary", default="unkeyed", metavar="PATH", help="the program (default unkeyed)")
    worker.add_argument("--key-file", metavar="PATH", help="file with the fingerprint key; a worker without it is refused")
    worker.add_argument("--cache", metavar="DIR", help="folder for the worker's cache")
    worker.add_argument("--fetch", metavar="PROGRAM", help="called with a target, brings it and prints what to audit")
    return whole


def positive(text: str) -> int:
    """Read a number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    cut = given.index("--") if "--" in given else len(given)
    options = parser().parse_args(given[:cut])
    tls_files = [file for file in (options.tls_ca, options.tls_cert, options.tls_key) if file]
    if len(tls_files) not in (0, 3) or (tls_files and options.workers):
        parser().error("--tls-ca, --tls-cert and --tls-key go together, and with --scheduler")
    unit = Unit(
        binary=options.binary,
        arguments=settings(given[cut + 1 :]),
        shared=str(Path(options.records).resolve()) if options.shared else None,
        cache=options.cache,
        key_file=options.key_file,
        fetch=options.fetch,
        timeout=options.timeout,
    )
    # A service manager ends a run as an operator does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tls = Tls(*tls_files) if tls_files else None
    try:
        return run(
            options,
            unit,
            local(options.workers, options.retries) if options.workers else connect(options.scheduler, tls),
        )
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    except Misused as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return USAGE
    except (OSError, RuntimeError, ValueError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return INCOMPLETE


def run(options: argparse.Namespace, unit: Unit, cluster: AbstractContextManager[Client]) -> int:
    """Audit the list on a cluster."""
    with opened(options.targets) as (lines, total), cluster as client:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        progress = Progress(total)
        for refusal in admit(client, unit):
            progress.say(f"warning: {refusal}")
        store = None if options.shared else Store(Path(options.records))
        driver = Driver(client, unit, store, progress, options.retries, options.in_flight)
        try:
            driver.run(read(lines))
        finally:
            progress.say(progress.summary())
        return progress.code()


def settings(given: list[str]) -> tuple[str, ...]:
    """Fix the instant: workers on two sides of midnight must judge alike."""
    threads = () if any(word.startswith("--threads") for word in given) else ("--threads", "1")
    today = datetime.now(timezone.utc).strftime("%Y-%m-%dT00:00:00Z")
    instant = () if any(word.startswith("--as-of") for word in given) else ("--as-of", today)
    return (*instant, *threads, *given)


@contextmanager
def opened(path: str) -> Iterator[tuple[IO[str], int | None]]:
    """Open the list, and count its targets if it can be read twice."""
    if path == "-":
        yield sys.stdin, None
        return
    with Path(path).open(encoding="utf-8") as lines:
        total = None
        if lines.seekable():
            total = sum(1 for _ in read(lines))
            lines.seek(0)
        yield lines, total
