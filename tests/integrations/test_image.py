"""The image of unkeyed: built without a daemon, unpacked by umoci, started from its layers."""

import json
import shutil
import tempfile
from pathlib import Path

from support import BINARY, CLEAN, LEAKY, ROOT, SECRET, Case, run


def build(folder, *programs, binary=BINARY):
    return run([ROOT / "contrib/image/build", binary, folder, "abc", *programs]).stdout.strip()


class Image(Case):
    @classmethod
    def setUpClass(cls):
        cls.image = Path(tempfile.mkdtemp(prefix="unkeyed-")) / "image"
        cls.addClassCleanup(shutil.rmtree, cls.image.parent)
        cls.digest = build(cls.image)

    def unpack(self):
        bundle = self.folder / "bundle"
        run(["umoci", "unpack", "--rootless", "--image", f"{self.image}:0.1.0", bundle])
        return bundle / "rootfs"

    def start(self, *arguments, code=0, target=None):
        """Starts it as a runtime would: an empty root but for the layers, read-only, no network, its own user."""
        config = json.loads(run(["skopeo", "inspect", "--config", f"oci:{self.image}:0.1.0"]).stdout)["config"]
        user = config["User"].split(":")[0]
        environment = [word for pair in config["Env"] for word in ["--setenv", *pair.split("=", 1)]]
        given = ["--ro-bind", target, "/work"] if target else []
        box = ["bwrap", "--ro-bind", self.folder / "bundle/rootfs", "/", *given, "--unshare-all", "--uid", user, "--gid", user, "--clearenv", *environment]
        return run([*box, "--chdir", config["WorkingDir"], *config["Entrypoint"], *arguments], code=code)

    def test_the_same_program_gives_the_same_digest(self):
        self.assertRegex(self.digest, r"^sha256:[0-9a-f]{64}$")
        self.assertEqual(build(self.folder / "again"), self.digest)

    def test_tools_read_it(self):
        said = json.loads(run(["skopeo", "inspect", f"oci:{self.image}:0.1.0"]).stdout)
        self.assertEqual((said["Digest"], said["Labels"]["org.opencontainers.image.revision"]), (self.digest, "abc"))
        run(["umoci", "stat", "--image", f"{self.image}:0.1.0"])
        # Copying checks each digest and size.
        run(["skopeo", "copy", "-q", f"oci:{self.image}:0.1.0", f"oci-archive:{self.folder}/image.tar"])

    def test_it_runs_from_its_layers_alone(self):
        root = self.unpack()
        self.assertFalse((root / "bin/sh").exists())
        self.assertIn("unkeyed 0.1.0", self.start("--version").stdout)
        target = self.repository(CLEAN | LEAKY)
        run(["chmod", "-R", "a+rX", self.folder])
        self.assertIn(".env:2", self.start("scan", ".", code=1, target=target).stdout)
        self.assertEqual(json.loads(self.start("audit", ".", "--format", "json", target=target).stdout)["run"]["complete"], True)

    def test_a_credential_helper_comes_along(self):
        helper = self.folder / "docker-credential-acme"
        shutil.copy(shutil.which("true"), helper)
        build(self.folder / "with", helper)
        run(["umoci", "unpack", "--rootless", "--image", f"{self.folder}/with:0.1.0", self.folder / "bundle"])
        self.assertEqual(self.start("--version").stdout, run([BINARY, "--version"]).stdout)
        root = ["bwrap", "--ro-bind", self.folder / "bundle/rootfs", "/", "--unshare-all", "--clearenv", "--setenv", "PATH", "/usr/bin"]
        run([*root, "docker-credential-acme"])

    def test_our_own_audit_finds_no_credential_around_the_program(self):
        # The program itself holds the examples of its rules.
        build(self.folder / "around", binary=shutil.which("true"))
        report = json.loads(run([BINARY, "audit", f"oci-dir:{self.folder}/around", "--strict", "--format", "json"]).stdout)
        self.assertEqual([], [one["rule"] for one in report["artifacts"]])
        self.assertEqual([], [(one["check"], one["message"]) for one in report["findings"]])
        self.assertNotIn(SECRET, json.dumps(report))
