"""What a worker does: run the binary for one target, in a process of its own.

A process for each target costs a few milliseconds and buys that a target which kills it takes nothing else along. What a worker
needs and the scheduler must not see (the fingerprint key, credentials for fetching) is read here, from the worker's own disk and
environment; only paths cross.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from unkeyed_dask.targets import Target

KEY_VARIABLE = "UNKEYED_FINGERPRINT_KEY"
"""Where the binary looks for the fingerprint key."""
USAGE = 2
"""The binary's exit code for options or a line that it doesn't understand."""
SAID = re.compile(r": (complete|partial|failed), \d+ credentials, \d+ workloads(?:, gate failed)?(, was there)?")
"""What the binary says of a target, behind its name."""
MESSAGE = 500
"""So many characters of what the binary says are kept."""


class Crashed(Exception):
    """The target could not be audited to an end; another try may succeed."""


class TimedOut(Exception):
    """The target took too long."""


class Misused(Exception):
    """The binary refuses its options or the line; no target of the list should be tried further."""


@dataclass(frozen=True)
class Outcome:
    """What became of a target."""

    code: int
    """The binary's exit code."""
    state: str
    """`complete`, `partial` or `failed`, of the record."""
    fresh: bool
    """The record was not there before."""
    message: str
    """What the binary said."""
    records: dict[str, bytes]
    """New records, if the store is the driver's."""


@dataclass(frozen=True)
class Unit:
    """How each target is audited; the same for all of them."""

    binary: str
    arguments: tuple[str, ...] = ()
    """Options for the binary."""
    shared: str | None = None
    """The folder of records, if all workers have it."""
    cache: str | None = None
    """Where a worker may keep its cache; each uses a folder of its own in it."""
    key_file: str | None = None
    """Where workers hold the fingerprint key."""
    fetch: str | None = None
    """Program that brings a target to the worker."""
    timeout: float | None = None
    """Seconds after which a target is given up."""

    def audit(self, target: Target, known: dict[str, bytes], worker: str) -> Outcome:
        """Write the target's record, unless it is among the `known`."""
        try:
            with tempfile.TemporaryDirectory(prefix="unkeyed-") as scratch:
                line = self._fetched(target, Path(scratch)) if self.fetch else target.line
                return self._recorded(line, known, worker, Path(scratch))
        except TimedOut as late:
            # Another try would take as long.
            return self.give_up(target, str(late), worker)

    def give_up(self, target: Target, reason: str, worker: str) -> Outcome:
        """Let the binary write a failed record for a target that kills it, hangs or can't be fetched."""
        line = json.dumps(target.options | {"name": target.name, "failed": f"given up: {reason}"})
        with tempfile.TemporaryDirectory(prefix="unkeyed-") as scratch:
            return self._recorded(line, {}, worker, Path(scratch))

    def version(self) -> str:
        """Which binary this worker has."""
        run = subprocess.run([self.binary, "--version"], capture_output=True, text=True, timeout=60, check=True)
        return run.stdout.strip()

    def environment(self) -> dict[str, str]:
        """Give the worker's environment without settings of the binary, which must be the same everywhere, but with the key."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UNKEYED_")}
        key = Path(self.key_file).read_text().strip() if self.key_file else os.environ.get(KEY_VARIABLE, "")
        if self.key_file and not key:
            raise ValueError(f"{self.key_file} is empty")
        return kept | ({KEY_VARIABLE: key} if key else {})

    def _fetched(self, target: Target, scratch: Path) -> str:
        """Let the fetch program bring the target; it prints what is to be audited."""
        options = target.options
        code, said, _ = self._run([str(self.fetch), str(options.get("target"))], "", scratch, dict(os.environ))
        if code != 0 or not said.strip():
            # What it printed may hold an address with a password, so it is not repeated.
            raise Crashed(f"fetching ended with {_ending(code)}")
        return json.dumps(options | {"target": said.strip(), "name": target.name})

    def _recorded(self, line: str, known: dict[str, bytes], worker: str, scratch: Path) -> Outcome:
        folder = Path(self.shared) if self.shared else scratch / "records"
        if not self.shared:
            folder.mkdir()
            for name, record in known.items():
                (folder / name).write_bytes(record)
        command = [
            self.binary,
            "audit",
            "--targets-from",
            "-",
            "--records",
            str(folder),
            "--no-progress",
            *self.arguments,
        ]
        if self.cache:
            cache = Path(self.cache) / re.sub(r"[^A-Za-z0-9._-]", "_", worker)
            cache.mkdir(parents=True, exist_ok=True)
            command += ["--cache", str(cache)]
        code, _, said = self._run(command, line + "\n", scratch if self.fetch else None, self.environment())
        last = said.strip().rpartition("\n")[2]
        if code == USAGE:
            raise Misused(last[:MESSAGE])
        about = SAID.search(last)
        if code < 0 or about is None:
            raise Crashed(_ending(code))
        fresh = (
            {}
            if self.shared
            else {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix == ".ndjson" and p.name not in known}
        )
        return Outcome(code, about[1], about[2] is None, last[:MESSAGE], fresh)

    def _run(self, command: list[str], line: str, folder: Path | None, environment: dict[str, str]) -> tuple[int, str, str]:
        """Run a program to its end, or end all that it started."""
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder, env=environment, start_new_session=True
        ) as process:
            try:
                out, err = process.communicate(line.encode(), timeout=self.timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise TimedOut(f"took longer than {self.timeout:g} seconds") from None
        return process.returncode, out.decode(errors="replace"), err.decode(errors="replace")


def _ending(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
