"""The connection to a cluster, or a cluster on this machine.

Whoever reaches a Dask scheduler can run code on its workers. So the local one, too, speaks mutual TLS only, under a certificate
that lives as long as the run; and a remote one without TLS is used with a warning.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask.config
from distributed import Client, LocalCluster, Worker, WorkerPlugin
from distributed.security import Security

from unkeyed_dask.unit import Unit

LOOPBACK = "127.0.0.1"
CONNECT_SECONDS = 30
"""So long a scheduler and its first worker are waited for."""


@dataclass(frozen=True)
class Tls:
    """Files of a certificate authority and of one's own certificate and key."""

    authority: str
    certificate: str
    key: str

    def security(self) -> Security:
        """Both sides show a certificate of the authority."""
        roles = ("scheduler", "worker", "client")
        files = {f"tls_{role}_cert": self.certificate for role in roles} | {f"tls_{role}_key": self.key for role in roles}
        return Security(tls_ca_file=self.authority, require_encryption=True, **files)


class Fit(WorkerPlugin):  # type: ignore[misc]
    """Refuses workers that would write other records than the rest: without the key, or with another binary."""

    name = "unkeyed-fit"
    fit = False

    def __init__(self, unit: Unit, version: str) -> None:
        """`version` is what the binary must say of itself."""
        self._unit = unit
        self._version = version

    def setup(self, worker: Worker) -> None:
        """End the worker if it is unfit. Dask itself would only log the error and hand it targets."""
        try:
            mine = version_of(self._unit)
            if mine != self._version:
                raise ValueError(f"{mine} is here, {self._version} elsewhere")
        except Exception:
            worker.loop.add_callback(worker.close, reason="unfit for unkeyed")
            raise
        self.fit = True


def version_of(unit: Unit) -> str:
    """Say which binary this worker has, if it has all it needs."""
    unit.environment()
    return unit.version()


def admit(client: Client, unit: Unit) -> list[str]:
    """Let fit workers in, those of today and those to come; say what is wrong with the others."""
    found = client.run(version_of, unit, on_error="return")
    refused = [f"{worker} is refused: {error}" for worker, error in sorted(found.items()) if isinstance(error, Exception)]
    versions = sorted({version for version in found.values() if isinstance(version, str)})
    if len(versions) != 1:
        raise ValueError("; ".join(refused) if refused else f"workers have different binaries: {', '.join(versions)}")
    try:
        client.register_plugin(Fit(unit, versions[0]))
    except Exception:
        if not refused:
            raise
    return refused


@contextmanager
def connect(address: str, tls: Tls | None) -> Iterator[Client]:
    """Speak to a scheduler that runs already."""
    if tls is None:
        print(f"warning: {address} without TLS: whoever reaches it can run code on its workers", file=sys.stderr)
    with Client(address, security=tls.security() if tls else None, timeout=CONNECT_SECONDS, set_as_default=False) as client:
        yield client


@contextmanager
def local(workers: int, retries: int) -> Iterator[Client]:
    """Start a scheduler and worker processes on this machine, and end them."""
    with tempfile.TemporaryDirectory(prefix="unkeyed-dask-") as folder:
        settings: dict[str, Any] = {
            # Pages about targets and workers, for whoever asks.
            "distributed.scheduler.http.routes": [],
            "distributed.worker.http.routes": [],
            "distributed.scheduler.allowed-failures": retries,
            "distributed.admin.log-format": "%(message)s",
        }
        with (
            dask.config.set(settings),
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                protocol="tls://",
                host=LOOPBACK,
                scheduler_kwargs={"dashboard": False, "dashboard_address": f"{LOOPBACK}:0"},
                security=temporary(Path(folder)).security(),
                dashboard_address=None,
                worker_dashboard_address=f"{LOOPBACK}:0",
                local_directory=folder,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client


def temporary(folder: Path) -> Tls:
    """Make a certificate that is its own authority, for a day."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    make = ["openssl", "req", "-x509", *curve, "-nodes", "-days", "1", "-subj", "/CN=unkeyed-dask"]
    try:
        subprocess.run([*make, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True, timeout=60)
    except FileNotFoundError:
        raise SystemExit("openssl is needed to start workers here; or give --scheduler") from None
    return Tls(str(certificate), str(certificate), str(key))
