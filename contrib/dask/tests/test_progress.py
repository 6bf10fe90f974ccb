"""What an operator sees."""

from __future__ import annotations

import io

import pytest

from unkeyed_dask import progress
from unkeyed_dask.progress import Progress
from unkeyed_dask.targets import Target
from unkeyed_dask.unit import Outcome


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def outcome(code: int, state: str, fresh: bool = True, message: str = "") -> Outcome:
    return Outcome(code, state, fresh, message, {})


def test_counts_and_exit_code() -> None:
    shown = Progress(3, io.StringIO())
    shown.add(Target(1, "a"), outcome(0, "complete", fresh=False), 1)
    assert shown.code() == 0
    shown.add(Target(2, "b"), outcome(3, "failed"), 1)
    assert shown.code() == 3
    shown.add(Target(3, "c"), outcome(1, "partial"), 1)
    assert shown.code() == 1, "a gate that fails counts before a target that does"
    assert shown.summary() == "3 targets: 1 complete, 1 partial, 1 failed, 1 there already, 1 below their gate"


def test_a_line_that_changes_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "REDRAW_SECONDS", 0)
    terminal, file = Terminal(), io.StringIO()
    for out in (terminal, file):
        Progress(7, out).add(Target(1, "a"), outcome(0, "complete"), 2)
    assert "1/7 targets, 0 failed, 2 workers" in terminal.getvalue()
    assert file.getvalue() == ""


def test_names_cannot_steer_the_terminal() -> None:
    file = io.StringIO()
    Progress(None, file).add(Target(5, "a"), outcome(3, "failed", message="\x1b]0;x\x07 \u202eevil\n\x9b2J: failed"), 1)
    assert file.getvalue() == "line 5: \\x1b]0;x\\x07 \\u202eevil\\n\\x9b2J: failed\n"
