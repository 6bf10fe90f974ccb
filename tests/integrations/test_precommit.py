"""`.pre-commit-hooks.yaml` with the pre-commit framework."""

import os
import shutil
import unittest

from support import CLEAN, LEAKY, ROOT, SECRET, Case, git, run


class PreCommit(Case):
    hook = "unkeyed-system"

    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"
        hooks = self.repository({".pre-commit-hooks.yaml": (ROOT / ".pre-commit-hooks.yaml").read_text()}, "hooks")
        self.source = (hooks, git(hooks, "rev-parse", "HEAD").stdout.strip())

    def installed(self, files):
        """A repository in which git asks pre-commit, and pre-commit asks unkeyed."""
        folder = self.repository(files)
        self.configure(folder)
        return folder

    def configure(self, folder):
        url, revision = self.source
        config = f"repos:\n  - repo: {url}\n    rev: {revision}\n    hooks:\n      - id: {self.hook}\n"
        self.write(folder, {".pre-commit-config.yaml": config})
        self.ask(["pre-commit", "install"], folder)

    def ask(self, command, folder, code=0):
        return run(command, cwd=folder, code=code, PATH=self.path, PRE_COMMIT_HOME=self.cache)

    def commit(self, folder, *arguments, code=0):
        name = ["-c", "user.name=Fixture", "-c", "user.email=fixture@acme.example"]
        return self.ask(["git", *name, "commit", "-m", "next", *arguments], folder, code)


class Hook(PreCommit):
    def test_the_file_is_what_pre_commit_wants(self):
        run(["pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"])

    def test_a_first_commit_is_judged_whole(self):
        folder = self.installed({})
        self.write(folder, CLEAN | LEAKY)
        git(folder, "add", "-A", "-f")
        said = self.commit(folder, code=1)
        self.assertIn(".env:2", said.stdout + said.stderr)
        git(folder, "rm", "-q", "--cached", ".env")
        self.commit(folder)

    def test_a_staged_secret_stops_the_commit_and_a_clean_one_passes(self):
        folder = self.installed(CLEAN)
        self.write(folder, {"src/main.py": "print('hello, world')\n"})
        git(folder, "add", "src")
        self.commit(folder)
        self.write(folder, LEAKY)
        git(folder, "add", "-f", ".env")
        self.commit(folder, code=1)

    def test_what_counts_is_the_index(self):
        folder = self.installed(CLEAN)
        # The secret is in the working file only: the commit doesn't have it.
        self.write(folder, {"src/main.py": "print('hello, world')\n"})
        git(folder, "add", "src")
        self.write(folder, {"src/main.py": f"password = '{SECRET}'\n"})
        self.commit(folder)
        # And the other way around: what was taken out of the working file is still staged.
        git(folder, "add", "src")
        self.write(folder, {"src/main.py": "print('hello, world')\n"})
        self.commit(folder, code=1)

    def test_a_commit_of_some_files_is_judged_by_those(self):
        folder = self.installed(CLEAN)
        self.write(folder, LEAKY | {"README.md": "Still nothing.\n"})
        git(folder, "add", "-f", ".env")
        self.commit(folder, "--", "README.md")
        self.commit(folder, "--", ".env", code=1)

    def test_all_files_adds_nothing_to_what_is_staged(self):
        folder = self.installed(CLEAN | LEAKY)
        self.ask(["pre-commit", "run", "-a"], folder)
        self.write(folder, {"more.env": LEAKY[".env"].replace(SECRET, SECRET[::-1])})
        git(folder, "add", "-f", "more.env")
        self.ask(["pre-commit", "run", "-a"], folder, code=1)

    def test_a_change_to_a_real_repository(self):
        folder = self.folder / "real"
        run(["git", "clone", "-q", "--shared", ROOT, folder])
        self.configure(folder)
        readme = (folder / "README.md").read_text()
        self.write(folder, {"README.md": f"{readme}\nOne more line.\n"})
        git(folder, "add", "README.md")
        self.commit(folder)
        self.write(folder, {"README.md": f"{readme}\n    export DB_PASSWORD={SECRET}\n"})
        git(folder, "add", "README.md")
        self.commit(folder, code=1)


@unittest.skipUnless(os.environ.get("UNKEYED_SLOW"), "a release build; UNKEYED_SLOW=1 runs it")
class Installed(PreCommit):
    hook = "unkeyed"

    def test_pre_commit_builds_the_program_and_asks_it(self):
        source = self.folder / "source"
        run(["git", "clone", "-q", ROOT, source])
        self.source = (source, git(source, "rev-parse", "HEAD").stdout.strip())
        self.path = os.environ["PATH"]
        self.assertIsNone(shutil.which("unkeyed", path=self.path), "it must not be found by chance")
        folder = self.installed(CLEAN)
        self.write(folder, {"README.md": "Still nothing.\n"})
        git(folder, "add", "README.md")
        self.commit(folder)
        self.write(folder, LEAKY)
        git(folder, "add", "-f", ".env")
        self.commit(folder, code=1)
