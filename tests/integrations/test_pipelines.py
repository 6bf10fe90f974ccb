"""GitLab, Azure Pipelines and Jenkins: their schemas, and what the shell in them does."""

import json
import re
from pathlib import Path

import yaml
from support import CLEAN, LEAKY, ROOT, SECRET, Case, git, run

GITLAB = ROOT / "contrib/gitlab/unkeyed.gitlab-ci.yml"
AZURE = ROOT / "contrib/azure-pipelines/unkeyed.yml"
JENKINS = ROOT / "contrib/jenkins/Jenkinsfile"


class Pipeline:
    """What holds for every system. `play` runs the pipeline's shell in a repository as the system would, and `variable` is by
    what it says into what a change is to be merged."""

    def assert_gates(self, base):
        """Of a change only what it adds is gated, and the reports are there either way."""
        self.assertEqual(self.play(self.repository(CLEAN)).returncode, 0)
        repository = self.repository(CLEAN | LEAKY, "leaky")
        git(repository, "checkout", "-q", "-b", "topic")
        self.write(repository, {"README.md": "A change.\n"})
        git(repository, "commit", "-q", "-a", "-m", "topic")
        git(repository, "update-ref", "refs/remotes/origin/main", "main")
        self.assertEqual(self.play(repository, **{self.variable: base(repository)}).returncode, 0)
        self.write(repository, {"b.env": LEAKY[".env"].replace(SECRET, SECRET[::-1])})
        git(repository, "add", "-f", "b.env")
        git(repository, "commit", "-q", "-m", "b")
        done = self.play(repository, **{self.variable: base(repository)})
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)

    def test_our_own_audit_has_nothing_to_say(self):
        self.assert_unobjectionable(self.files)


class GitLab(Pipeline, Case):
    variable = "UNKEYED_DIFF"
    files = {".gitlab-ci.yml": GITLAB}

    def play(self, repository, **variables):
        """GitLab joins the lines of `script` and hands them to bash with `errexit` and `pipefail`."""
        job = yaml.safe_load(GITLAB.read_text())["unkeyed"]
        given = {name: value.replace("$CI_PROJECT_DIR", str(repository)) for name, value in job["variables"].items()}
        script = "set -eo pipefail\n" + "\n".join(job["script"])
        return run(["bash", "-c", script], cwd=repository, code=None, PATH=self.path, **given, **variables)

    def test_the_schema_is_met_and_refuses_what_is_wrong(self):
        schema = ["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
        run([*schema, GITLAB])
        self.write(self.folder, {"a.yml": GITLAB.read_text().replace("when: always", "when: ever")})
        run([*schema, self.folder / "a.yml"], code=1)

    def test_gates(self):
        self.assert_gates(lambda repository: git(repository, "rev-parse", "main").stdout.strip())

    def test_each_artifact_that_is_named_is_written_and_the_next_run_is_not_confused(self):
        repository = self.repository(CLEAN | LEAKY)
        job = yaml.safe_load(GITLAB.read_text())["unkeyed"]
        for _ in range(2):
            self.play(repository)
            for name in [*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()]:
                self.assertTrue((repository / name).stat().st_size, name)
            found = json.loads((repository / "gl-secret-detection-report.json").read_text())["vulnerabilities"]
            self.assertEqual([one["location"]["file"] for one in found], [".env"])
        self.assertTrue(any((repository / ".unkeyed-cache").iterdir()))


class Azure(Pipeline, Case):
    variable = "SYSTEM_PULLREQUEST_TARGETBRANCH"
    files = {"azure-pipelines.yml": AZURE}

    def play(self, repository, options="", **variables):
        staging = self.folder / "staging"
        step = yaml.safe_load(AZURE.read_text())["steps"][0]
        self.assertNotIn("${{", step["bash"])
        given = {"RELEASE": "0.1.0", "OPTIONS": options, "BUILD_ARTIFACTSTAGINGDIRECTORY": staging, "AGENT_TEMPDIRECTORY": self.folder}
        self.assertEqual(set(step["env"]), {"RELEASE", "OPTIONS"})
        return run(["bash", "-c", step["bash"]], cwd=repository, code=None, PATH=self.path, **given, **variables)

    def test_the_schema_is_met_and_refuses_what_is_wrong(self):
        # The schema is of pipelines; a template's parameters are not in it the same way.
        pipeline = {"steps": yaml.safe_load(AZURE.read_text())["steps"]}
        schema = ["check-jsonschema", "--builtin-schema", "vendor.azure-pipelines"]
        self.write(self.folder, {"good.json": json.dumps(pipeline), "bad.json": json.dumps(pipeline).replace('"task"', '"tasks"')})
        run([*schema, self.folder / "good.json"])
        run([*schema, self.folder / "bad.json"], code=1)

    def test_gates(self):
        self.assert_gates(lambda _: "refs/heads/main")

    def test_what_the_later_steps_publish_is_there(self):
        self.assertEqual(self.play(self.repository(CLEAN | LEAKY), options="--profile ci").returncode, 1)
        for name in re.findall(r"\$\(Build\.ArtifactStagingDirectory\)/(\S+)", AZURE.read_text()):
            self.assertTrue((self.folder / "staging" / name).stat().st_size, name)


class Jenkins(Pipeline, Case):
    variable = "CHANGE_TARGET"
    files = {"Jenkinsfile": JENKINS}

    def play(self, repository, **variables):
        """`sh` runs its text with `sh -xe`."""
        script = re.search(r"sh '''\n(.*?)'''", JENKINS.read_text(), re.DOTALL)[1].replace("\\\\", "\\")
        given = {"UNKEYED_RELEASE": "0.1.0", "WORKSPACE_TMP": self.folder / "tmp"}
        return run(["sh", "-xec", script], cwd=repository, code=None, PATH=self.path, **given, **variables)

    def test_gates(self):
        self.assert_gates(lambda _: "main")

    def test_the_reports_are_where_the_post_section_looks(self):
        repository = self.repository(CLEAN | LEAKY)
        self.assertEqual(self.play(repository, UNKEYED_PROFILE="ci").returncode, 1)
        for pattern in re.findall(r"'(unkeyed-reports/[^']+)'", JENKINS.read_text()):
            self.assertTrue(list(Path(repository).glob(pattern)), pattern)
