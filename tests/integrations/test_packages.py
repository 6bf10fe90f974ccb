"""The archive of a release, the names that `cargo binstall` asks for, and the wheel."""

import hashlib
import os
import platform
import re
import shutil
import sys
import tarfile
import tempfile
import tomllib
import unittest
from pathlib import Path

from support import BINARY, CLEAN, LEAKY, ROOT, Case, run

TARGET = f"{platform.machine()}-unknown-linux-musl"


class Archive(Case):
    @classmethod
    def setUpClass(cls):
        out = Path(tempfile.mkdtemp(prefix="unkeyed-"))
        cls.addClassCleanup(shutil.rmtree, out)
        run([ROOT / "contrib/release/pack", BINARY, TARGET, out])
        [cls.archive] = out.glob("*.tar.gz")

    def test_it_has_the_names_that_binstall_asks_for(self):
        package = tomllib.loads((ROOT / "crates/cli/Cargo.toml").read_text())
        about = package["package"]["metadata"]["binstall"]
        version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
        facts = {"name": package["package"]["name"], "bin": package["bin"][0]["name"], "version": version, "target": TARGET}
        facts |= {"repo": "https://forge.example/unkeyed", "archive-suffix": ".tar.gz", "binary-ext": ""}
        fill = lambda template: re.sub(r"\{ (\S+) \}", lambda found: facts[found[1]], template)
        self.assertEqual(about["pkg-fmt"], "tgz")
        self.assertEqual(fill(about["pkg-url"]).rsplit("/", 1)[1], self.archive.name)
        with tarfile.open(self.archive) as archive:
            self.assertEqual(archive.getmember(fill(about["bin-dir"])).mode, 0o755)

    def test_its_digest_stands_beside_it_and_is_the_same_again(self):
        digest, name = Path(f"{self.archive}.sha256").read_text().split()
        self.assertEqual((name, digest), (self.archive.name, hashlib.sha256(self.archive.read_bytes()).hexdigest()))
        run([ROOT / "contrib/release/pack", BINARY, TARGET, self.folder / "again"])
        self.assertEqual((self.folder / "again" / self.archive.name).read_bytes(), self.archive.read_bytes())

    def test_it_holds_what_a_package_needs(self):
        with tarfile.open(self.archive) as archive:
            names = {name.partition("/")[2] for name in archive.getnames()}
        self.assertLessEqual({"unkeyed", "LICENSE-MIT", "LICENSE-APACHE", "README.md", "man/unkeyed-audit.1", "completions/unkeyed.bash"}, names)


class Wheel(Case):
    def installed(self, wheel):
        """The program of a wheel in a clean environment."""
        run([sys.executable, "-m", "venv", self.folder / "venv"])
        run([self.folder / "venv/bin/pip", "install", "--quiet", "--no-index", "--no-deps", wheel])
        return self.folder / "venv/bin/unkeyed"

    def assert_works(self, program):
        self.assertEqual(run([program, "--version"]).stdout, run([BINARY, "--version"]).stdout)
        run([program, "scan", self.repository(CLEAN, "clean")])
        run([program, "scan", self.repository(LEAKY, "leaky")], code=1)

    def test_the_wheel_installs_and_its_program_works(self):
        # Debug, and where tests/run has just built it: nothing is compiled again.
        run(["maturin", "build", "--profile", "dev", "--compatibility", "linux", "--out", self.folder], cwd=ROOT)
        [wheel] = self.folder.glob("*.whl")
        self.assertRegex(wheel.name, r"^unkeyed-0\.1\.0-py3-none-linux_\w+\.whl$")
        self.assert_works(self.installed(wheel))

    def test_the_source_holds_what_cargo_reads(self):
        run(["maturin", "sdist", "--out", self.folder], cwd=ROOT)
        run(["tar", "-xzf", self.folder / "unkeyed-0.1.0.tar.gz", "-C", self.folder])
        source = self.folder / "unkeyed-0.1.0"
        run(["diff", "-r", ROOT / "rules", source / "rules"])
        run(["cargo", "metadata", "--offline", "--locked", "--format-version", "1"], cwd=source)

    @unittest.skipUnless(os.environ.get("UNKEYED_RELEASE"), "UNKEYED_RELEASE names what contrib/release/build made")
    def test_the_wheel_of_a_release_is_static_and_works(self):
        release = self.folder / "release"
        shutil.copytree(os.environ["UNKEYED_RELEASE"], release)
        [wheel] = release.glob("*.whl")
        self.assertIn("manylinux", wheel.name)
        self.assertIn("musllinux", wheel.name)
        program = self.installed(wheel)
        linked = run(["ldd", program], code=None)
        self.assertRegex(linked.stdout + linked.stderr, "statically linked|not a dynamic executable")
        self.assert_works(program)
