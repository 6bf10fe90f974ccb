"""What the tests of the integrations share: the program on the PATH, repositories, a secret that is nobody's."""

import json
import os
import random
import shutil
import string
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ["UNKEYED_BINARY"])
SECONDS = 600

# New in each run, so that no list of known examples can hold it.
SECRET = "".join(random.choices(string.ascii_letters + string.digits, k=24)) + "7Qz"
LEAKY = {".env": f"DB_HOST=db.internal\nDB_PASSWORD={SECRET}\n"}
CLEAN = {"README.md": "Nothing to see.\n", "src/main.py": "print('hello')\n"}


def run(command, cwd=None, code=0, **environment):
    """Runs a command, and fails with all that it said unless it ends with `code` (None: any)."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("UNKEYED_", "GIT_"))}
    given |= {name: str(value) for name, value in environment.items()}
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=given, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    said = done.stdout + done.stderr
    if code is not None and done.returncode != code:
        raise AssertionError(f"{command}: exit code {done.returncode}, not {code}\n{said}")
    if SECRET in said:
        raise AssertionError(f"{command} shows the secret")
    return done


def git(folder, *arguments, **options):
    name = ["-c", "user.name=Fixture", "-c", "user.email=fixture@acme.example"]
    return run(["git", *name, *arguments], cwd=folder, **options)


class Case(unittest.TestCase):
    """A test with a folder of its own, and the program in a folder that can stand first on the PATH."""

    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="unkeyed-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        (bin_folder / "unkeyed").symlink_to(BINARY)
        self.path = f"{bin_folder}:{os.environ['PATH']}"

    def write(self, where, files):
        for name, content in files.items():
            path = where / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def repository(self, files, name="repository"):
        """A repository with these files in its only commit; without files, an empty one."""
        folder = self.folder / name
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
        if files:
            self.write(folder, files)
            git(folder, "add", "-A", "-f")
            git(folder, "commit", "-q", "-m", "begin")
        return folder

    def assert_unobjectionable(self, files):
        """Our own audit reads all of these files and has nothing to say."""
        repository = self.repository({name: path.read_text() for name, path in files.items()})
        report = json.loads(run([BINARY, "audit", repository, "--format", "json", "--strict"]).stdout)
        self.assertEqual([], [(one["check"], one["message"]) for one in report["findings"] if one["level"] in ("warning", "error")])
        self.assertEqual([], report["artifacts"])
