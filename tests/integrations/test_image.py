"""The image of unkeyed: built without a daemon, unpacked by umoci, started from its layers."""

import json

from support import BINARY, CLEAN, LEAKY, ROOT, SECRET, Case, run


class Image(Case):
    def build(self, name="image"):
        return run([ROOT / "contrib/image/build", BINARY, self.folder / name, "abc"]).stdout.strip()

    def unpack(self):
        bundle = self.folder / "bundle"
        run(["umoci", "unpack", "--rootless", "--image", f"{self.folder}/image:0.1.0", bundle])
        return bundle / "rootfs"

    def start(self, *arguments, code=0, target=None):
        """Starts it as a runtime would: an empty root but for the layers, read-only, no network, its own user."""
        config = json.loads(run(["skopeo", "inspect", "--config", f"oci:{self.folder}/image:0.1.0"]).stdout)["config"]
        user = config["User"].split(":")[0]
        environment = [word for pair in config["Env"] for word in ["--setenv", *pair.split("=", 1)]]
        given = ["--ro-bind", target, "/work"] if target else []
        box = ["bwrap", "--ro-bind", self.folder / "bundle/rootfs", "/", *given, "--unshare-all", "--uid", user, "--gid", user, "--clearenv", *environment]
        return run([*box, "--chdir", config["WorkingDir"], *config["Entrypoint"], *arguments], code=code)

    def test_the_same_program_gives_the_same_digest(self):
        self.assertEqual(self.build("image"), self.build("again"))
        self.assertRegex(self.build("third"), r"^sha256:[0-9a-f]{64}$")

    def test_tools_read_it(self):
        digest = self.build()
        said = json.loads(run(["skopeo", "inspect", f"oci:{self.folder}/image:0.1.0"]).stdout)
        self.assertEqual((said["Digest"], said["Labels"]["org.opencontainers.image.revision"]), (digest, "abc"))
        run(["umoci", "stat", "--image", f"{self.folder}/image:0.1.0"])
        # Copying checks each digest and size.
        run(["skopeo", "copy", "-q", f"oci:{self.folder}/image:0.1.0", f"oci-archive:{self.folder}/image.tar"])

    def test_it_runs_from_its_layers_alone(self):
        self.build()
        root = self.unpack()
        self.assertFalse((root / "bin/sh").exists())
        self.assertIn("unkeyed 0.1.0", self.start("--version").stdout)
        target = self.repository(CLEAN | LEAKY)
        run(["chmod", "-R", "a+rX", self.folder])
        self.assertIn(".env:2", self.start("scan", ".", code=1, target=target).stdout)
        self.assertEqual(json.loads(self.start("audit", ".", "--format", "json", target=target).stdout)["run"]["complete"], True)

    def test_our_own_audit_finds_no_credential_in_it(self):
        self.build()
        report = json.loads(run([BINARY, "audit", f"oci-dir:{self.folder}/image", "--format", "json"]).stdout)
        self.assertEqual([], [one["rule"] for one in report["artifacts"]])
        self.assertEqual([], [(one["check"], one["message"]) for one in report["findings"]])
        self.assertNotIn(SECRET, json.dumps(report))
