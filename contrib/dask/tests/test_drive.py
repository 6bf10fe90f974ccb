"""What the driver makes of a task's end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from unkeyed_dask.drive import Driver
from unkeyed_dask.unit import Outcome


def test_a_result_that_is_lost_with_its_worker_is_waited_for() -> None:
    """The scheduler makes it again; until then the future is neither finished nor failed."""
    outcome = Outcome(0, "complete", False, "", {})
    added: list[Any] = []
    driver: Any = Driver.__new__(Driver)
    driver._store, driver._threads = None, {}
    driver._progress = SimpleNamespace(add=lambda *told: added.append(told))
    lost: Any = SimpleNamespace(status="lost", key="unkeyed-audit-1", exception=lambda: None, result=lambda: outcome)
    target: Any = SimpleNamespace(number=1)
    driver._settle(lost, target)
    assert added == [(target, outcome, 0)]
