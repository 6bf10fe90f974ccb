"""The list of targets, read line by line as the binary reads it (docs/records.md).

The line stays what it was written as: the binary alone judges whether it is valid. Only the name is understood here, because a
record that is in the store already is found by it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """One line of the list."""

    number: int
    """Where it stands, from 1."""
    line: str

    @property
    def options(self) -> dict[str, object]:
        """The line as a JSON object; a line that is none is its target."""
        if self.line.startswith("{"):
            try:
                value = json.loads(self.line)
            except ValueError:
                return {"target": self.line}
            if isinstance(value, dict):
                return value
        return {"target": self.line}

    @property
    def name(self) -> str:
        """What records call it."""
        given = self.options.get("name")
        return str(given) if given is not None else normal(str(self.options.get("target", self.line)))

    @property
    def identity(self) -> str:
        """The first part of its records' names."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:16]


def normal(target: str) -> str:
    """Call a target as the binary does: `./a//b/` is `a/b`."""
    kind, colon, path = target.strip().partition(":")
    if not colon or not re.fullmatch("[a-z-]*", kind):
        kind, colon, path = "", "", target.strip()
    parts = "/".join(part for part in path.split("/") if part not in ("", "."))
    rooted = "/" + parts if path.startswith("/") else parts or "."
    return f"{kind}{colon}{rooted}"


def read(lines: Iterable[str]) -> Iterator[Target]:
    """Yield what is neither blank nor a comment."""
    for number, written in enumerate(lines, 1):
        line = written.strip()
        if line and not line.startswith("#"):
            yield Target(number, line)
