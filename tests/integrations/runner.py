"""Does what GitHub's runner does for the `run:` steps of a composite action; `uses:` steps are only noted.

Expressions are understood as far as action.yml uses them: names of `inputs`, `steps`, `runner` and `github`, texts,
`==`, `!=`, `&&` and `always()`.
"""

import re
from pathlib import Path

import yaml

from support import run

TOKEN = re.compile(r"\s*('[^']*'|==|!=|&&|always\(\)|[A-Za-z_][\w.-]*)")


class Runner:
    def __init__(self, action, folder, workspace, path, **inputs):
        self.action = yaml.safe_load(Path(action).read_text())
        unknown = set(inputs) - set(self.action["inputs"])
        assert not unknown, f"inputs that the action doesn't have: {unknown}"
        self.names = {"runner.temp": str(folder / "temp"), "runner.os": "Linux", "github.run_id": "1", "github.run_attempt": "1"}
        for name, about in self.action["inputs"].items():
            self.names[f"inputs.{name}"] = inputs.get(name, about["default"])
        self.folder, self.workspace, self.path = folder, workspace, path
        self.failed, self.code, self.used, self.log = False, 0, [], ""
        (folder / "temp").mkdir()
        self.summary = folder / "summary.md"
        self.summary.write_text("")

    def evaluate(self, expression):
        """A text; conditions are `true` or `false`."""
        return self.conjunction(TOKEN.findall(expression))

    def conjunction(self, tokens):
        at = [index for index, token in enumerate(tokens) if token == "&&"]
        parts = [tokens[start + 1 : end] for start, end in zip([-1, *at], [*at, len(tokens)])]
        values = [self.comparison(part) for part in parts]
        return values[0] if len(values) == 1 else str(all(value == "true" for value in values)).lower()

    def comparison(self, tokens):
        if len(tokens) == 1:
            return self.value(tokens[0])
        left, operator, right = tokens
        return str((self.value(left) == self.value(right)) == (operator == "==")).lower()

    def value(self, token):
        if token == "always()":
            return "true"
        return token[1:-1] if token.startswith("'") else self.names.get(token, "")

    def filled(self, text):
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: self.evaluate(found[1]), str(text))

    def play(self):
        for number, step in enumerate(self.action["runs"]["steps"]):
            condition = step.get("if", "")
            if self.failed and "always()" not in condition or condition and self.evaluate(condition) != "true":
                continue
            if "uses" in step:
                self.used.append((step["uses"], {name: self.filled(value) for name, value in step.get("with", {}).items()}))
            else:
                self.shell(number, step)
        outputs = self.action["outputs"].items()
        return {name: self.filled(about["value"]) for name, about in outputs}

    def shell(self, number, step):
        assert step["shell"] == "bash" and "${{" not in step["run"]
        script, output = self.folder / f"step-{number}.sh", self.folder / f"output-{number}"
        script.write_text(step["run"])
        output.write_text("")
        given = {name: self.filled(value) for name, value in step.get("env", {}).items()}
        given |= {"RUNNER_TEMP": self.names["runner.temp"], "GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": self.summary, "PATH": self.path}
        # The command that GitHub documents for `shell: bash`.
        done = run(["bash", "--noprofile", "--norc", "-eo", "pipefail", script], cwd=self.workspace, code=None, **given)
        self.log += done.stdout + done.stderr
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.names[f"steps.{step['id']}.outputs.{name}"] = value
        if done.returncode:
            self.failed, self.code = True, done.returncode
