"""Hands out targets and takes in records, with a bounded number on their way.

Dask does the retries: a task whose worker is lost goes to another one, and one that raises is tried again. A target that was on
several lost workers may have killed them or only been near: it is tried once more at the end, with nothing beside it. What is
left then becomes a failed record, so that one target never stops the others.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator

from distributed import Client, Future, KilledWorker, Reschedule, as_completed, get_worker

from unkeyed_dask.cluster import Fit
from unkeyed_dask.progress import Progress
from unkeyed_dask.store import Store
from unkeyed_dask.targets import Target
from unkeyed_dask.unit import Crashed, Misused, Outcome, Unit

IN_FLIGHT_PER_THREAD = 2
"""One target is worked on while the next one waits at the worker."""
COUNT_SECONDS = 5
"""How often the workers are counted: more may join, some may leave."""


def audit(unit: Unit, target: Target, known: dict[str, bytes]) -> Outcome:
    """Do a worker's part of a target."""
    return unit.audit(target, known, fit_worker())


def give_up(unit: Unit, target: Target, reason: str) -> Outcome:
    """Do a worker's part of a target that can't be audited."""
    return unit.give_up(target, reason, fit_worker())


def fit_worker() -> str:
    """Name this worker; one that is being refused passes its target on."""
    worker = get_worker()
    if not getattr(worker.plugins.get(Fit.name), "fit", False):
        raise Reschedule
    return str(worker.name)


class Driver:
    """One run over a list."""

    def __init__(
        self, client: Client, unit: Unit, store: Store | None, progress: Progress, retries: int, in_flight: int | None
    ) -> None:
        """Without a `store`, workers write into a folder that they share."""
        self._client = client
        self._unit = unit
        self._store = store
        self._progress = progress
        self._retries = retries
        self._in_flight = in_flight
        self._run = uuid.uuid4().hex
        self._running: dict[Future, Target] = {}
        self._suspects: list[Target] = []
        self._alone = False
        self._done = as_completed(loop=client.loop, raise_errors=False)
        self._counted = 0.0
        self._threads: dict[str, int] = {}

    def run(self, targets: Iterable[Target]) -> None:
        """Audit all of them. An interrupt withdraws what is not done; records that are written stay."""
        rest = iter(targets)
        try:
            self._work_off(rest)
            self._alone = True
            for suspect in self._suspects:
                self._work_off(iter([suspect]))
        finally:
            self._client.cancel(list(self._running), force=True)

    def _work_off(self, rest: Iterator[Target]) -> None:
        self._fill(rest)
        while self._running:
            future = next(self._done)
            self._settle(future, self._running.pop(future))
            self._fill(rest)

    def _fill(self, rest: Iterator[Target]) -> None:
        while len(self._running) < self._room() and (target := next(rest, None)) is not None:
            known = self._store.of(target.identity) if self._store else {}
            self._submit(target, audit, known, retries=self._retries)

    def _submit(self, target: Target, task: object, argument: object, retries: int) -> None:
        key = f"unkeyed-{getattr(task, '__name__', '')}-{target.number}-{self._run}"
        future = self._client.submit(task, self._unit, target, argument, key=key, retries=retries, pure=False)
        self._running[future] = target
        self._done.add(future)

    def _settle(self, future: Future, target: Target) -> None:
        if future.status == "cancelled":
            raise ConnectionError("the scheduler is gone; records so far are kept")
        # A result that was lost with its worker is made again, and this waits for it.
        failure = future.exception()
        if failure is None:
            outcome = future.result()
            for name, record in outcome.records.items():
                if self._store:
                    self._store.write(name, record)
            self._progress.add(target, outcome, len(self._threads))
            return
        if isinstance(failure, Misused):
            raise Misused(f"line {target.number}: {failure}")
        if isinstance(failure, KilledWorker):
            if not self._alone:
                self._suspects.append(target)
                return
            failure = Crashed("its workers were lost")
        reason = str(failure) if type(failure).__module__.startswith("unkeyed_dask") else type(failure).__name__
        if future.key.startswith("unkeyed-give_up"):
            raise RuntimeError(f"line {target.number}: no record can be written: {reason}")
        self._submit(target, give_up, reason, retries=self._retries)

    def _room(self) -> int:
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._threads = self._client.nthreads()
            self._counted = time.monotonic()
        return self._in_flight or max(1, IN_FLIGHT_PER_THREAD * sum(self._threads.values()))
