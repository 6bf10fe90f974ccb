"""Real schedulers and workers, each a process of its own, with certificates made for the test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

STAND_IN = Path(__file__).parent / "stand_in.py"
PATIENCE = 60
"""Seconds until something that should happen is taken to never happen."""

# A shell has what it starts in the background ignore the signal, and so would all that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.05)


class Cluster:
    """Starts and ends processes of a cluster."""

    def __init__(self, folder: Path, tls: dict[str, str] | None) -> None:
        self.folder = folder
        self.tls = tls
        self.made = folder / "made.log"
        self.made.touch()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = self._scheduler()

    def options(self) -> list[str]:
        if self.tls is None:
            return []
        return ["--tls-ca-file", self.tls["ca"], "--tls-cert", self.tls["cert"], "--tls-key", self.tls["key"]]

    def start(
        self, name: str, arguments: list[str], environment: dict[str, str] | None = None
    ) -> tuple[subprocess.Popen[bytes], Path]:
        log = self.folder / f"{name}.log"
        home = self.folder / name
        home.mkdir()
        quiet = {
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s",
            "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "2s",
        }
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdout=out,
                stderr=out,
                env=os.environ | quiet | {"STAND_IN_LOG": str(self.made)} | (environment or {}),
                cwd=home,
                start_new_session=True,
            )
        self.processes.append(process)
        return process, log

    def _scheduler(self) -> str:
        protocol = "tls" if self.tls else "tcp"
        arguments = [
            "distributed.cli.dask_scheduler",
            "--host",
            f"{protocol}://127.0.0.1:0",
            "--no-dashboard",
            "--no-show",
        ]
        _, log = self.start("scheduler", [*arguments, "--protocol", protocol, *self.options()])
        pattern = re.compile(rf"Scheduler at:\s+({protocol}://\S+)")
        until(lambda: pattern.search(log.read_text()), "the scheduler comes up")
        return pattern.search(log.read_text())[1]

    def worker(
        self, name: str, environment: dict[str, str] | None = None, tls: dict[str, str] | None = None
    ) -> tuple[subprocess.Popen[bytes], Path]:
        arguments = [
            "distributed.cli.dask_worker",
            self.address,
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
            "--name",
            name,
        ]
        own = self.options() if tls is None else ["--tls-ca-file", tls["ca"], "--tls-cert", tls["cert"], "--tls-key", tls["key"]]
        return self.start(name, [*arguments, "--local-directory", str(self.folder / name / "scratch"), *own], environment)

    def workers(self, *names: str) -> list[subprocess.Popen[bytes]]:
        started = [self.worker(name) for name in names]
        for _, log in started:
            until(lambda log=log: "Registered to" in log.read_text(), f"{log.stem} joins")
        return [process for process, _ in started]

    def names_made(self) -> list[str]:
        return self.made.read_text().splitlines()

    def end(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path, None)
    yield cluster
    cluster.end()


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Make certificate authorities, each with one certificate for everybody."""

    def make(name: str) -> dict[str, str]:
        folder = tmp_path / f"tls-{name}"
        folder.mkdir()
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}"]

        def openssl(*arguments: str) -> None:
            subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

        openssl("req", "-x509", *new, "-days", "1", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", *new, "-subj", f"/CN={name}-node", "-keyout", "key.pem", "-out", "request.pem")
        openssl(
            "x509",
            "-req",
            "-in",
            "request.pem",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "1",
            "-out",
            "cert.pem",
        )
        return {"ca": str(folder / "ca.pem"), "cert": str(folder / "cert.pem"), "key": str(folder / "key.pem")}

    return make


@pytest.fixture
def tls_cluster(tmp_path: Path, authority: Callable[[str], dict[str, str]]) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path, authority("ours"))
    yield cluster
    cluster.end()
