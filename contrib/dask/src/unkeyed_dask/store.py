"""The folder of records on the driver's side, for workers that share no folder with it."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path


class Store:
    """A folder of records, indexed once by the identity of the target."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be and see what is in it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._names: defaultdict[str, list[str]] = defaultdict(list)
        with os.scandir(folder) as entries:
            for name in sorted(entry.name for entry in entries if entry.name.endswith(".ndjson")):
                self._names[name.split("-")[0]].append(name)

    def of(self, identity: str) -> dict[str, bytes]:
        """Give the records of one target."""
        return {name: (self._folder / name).read_bytes() for name in self._names.get(identity, ())}

    def write(self, name: str, record: bytes) -> None:
        """Put a record there whole or not at all."""
        part = self._folder / f"{name}.{os.getpid()}.part"
        with part.open("wb") as file:
            file.write(record)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / name)
