"""What an operator sees: a line that changes on a terminal, and a line for each target that went wrong."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TextIO

from unkeyed_dask.targets import Target
from unkeyed_dask.unit import Outcome

REDRAW_SECONDS = 0.2
"""The line changes no faster than this."""


class Progress:
    """Counts outcomes and says them."""

    def __init__(self, total: int | None, out: TextIO = sys.stderr) -> None:
        """`total` is how many targets there are, if that is known."""
        self._out = out
        self._total = total
        self._counts: Counter[str] = Counter()
        self._codes: set[int] = set()
        self._start = self._drawn = time.monotonic()

    def add(self, target: Target, outcome: Outcome, workers: int) -> None:
        """Count one."""
        self._counts["targets"] += 1
        self._counts[outcome.state] += 1
        self._counts["there already"] += not outcome.fresh
        self._counts["below their gate"] += outcome.code == 1
        self._codes.add(outcome.code)
        if outcome.state != "complete":
            self.say(f"line {target.number}: {outcome.message}")
        self._draw(workers)

    def say(self, text: str) -> None:
        """Print a line that stays."""
        clear = "\r\x1b[K" if self._out.isatty() else ""
        print(clear + printable(text), file=self._out, flush=True)

    def summary(self) -> str:
        """Say all counts."""
        counts = self._counts
        words = ("complete", "partial", "failed", "there already", "below their gate")
        return f"{counts['targets']} targets: " + ", ".join(f"{counts[word]} {word}" for word in words)

    def code(self) -> int:
        """Fold the binary's exit codes as the binary does over a list."""
        return next((code for code in (1, 3) if code in self._codes), 0)

    def _draw(self, workers: int) -> None:
        now = time.monotonic()
        if not self._out.isatty() or now - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = now
        done = self._counts["targets"]
        of = f"/{self._total}" if self._total is not None else ""
        text = f"{done}{of} targets, {self._counts['failed']} failed, {workers} workers, {done / (now - self._start):.1f}/s"
        self._out.write(f"\r\x1b[K{text}")
        self._out.flush()


def printable(text: str) -> str:
    """Names of targets come from elsewhere: whatever a terminal would obey is shown escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
