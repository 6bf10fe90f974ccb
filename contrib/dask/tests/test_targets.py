"""The list of targets, understood as the binary does."""

from __future__ import annotations

import hashlib

import pytest

from unkeyed_dask.targets import Target, read


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("./a//b/", "a/b"),
        ("git:/srv/./mirrors//a.git/", "git:/srv/mirrors/a.git"),
        ("registry:registry.example/web:1.4", "registry:registry.example/web:1.4"),
        ("/", "/"),
        (".", "."),
        ('{"target": "git:/mnt/a", "name": "./acme//web"}', "./acme//web"),
        ('{"target": "./b/"}', "b"),
        ("{no json", "{no json"),
    ],
)
def test_names(line: str, name: str) -> None:
    target = Target(1, line)
    assert target.name == name
    assert target.identity == hashlib.sha256(name.encode()).hexdigest()[:16]


def test_blank_lines_and_comments_count_but_are_no_targets() -> None:
    lines = ["# estate\n", "\n", "  a \n", "b"]
    assert list(read(lines)) == [Target(3, "a"), Target(4, "b")]
