"""The problem matcher for VS Code and GitHub's runner, on what the program really prints."""

import json
import re

from support import BINARY, ROOT, Case, run

FOLDER = ROOT / "fixtures/examples"

# The engine is JavaScript's, as in VS Code.
MATCH = """
const [pattern, text] = process.argv.slice(1);
const found = text.split(/\\r?\\n/).filter(line => line).map(line => new RegExp(pattern).exec(line));
console.log(JSON.stringify(found.map(one => one && [...one])));
"""


def commented(path):
    """JSON with the comments that VS Code allows."""
    return json.loads(re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE))


class ProblemMatcher(Case):
    task = commented(ROOT / "contrib/vscode/tasks.json")["tasks"][0]

    def lines(self, *arguments, form="lines"):
        words = [form if word == "lines" else word for word in self.task["args"]]
        return run([BINARY, *words, *arguments], cwd=FOLDER).stdout

    def test_each_line_is_a_problem_at_the_place_that_the_report_names(self):
        matcher = self.task["problemMatcher"]["pattern"]
        text = self.lines("--as-of", "2026-11-22T12:00:00Z")
        matches = json.loads(run(["node", "-e", MATCH, matcher["regexp"], text]).stdout)
        self.assertNotIn(None, matches)
        places = {(one[matcher["file"]], int(one[matcher["line"]]), int(one[matcher["column"]]), one[matcher["code"]]) for one in matches}
        self.assertTrue(all((FOLDER / file).is_file() for file, *_ in places))
        report = json.loads(self.lines("--as-of", "2026-11-22T12:00:00Z", form="json"))
        counted = [one for one in report["artifacts"] if one["level"] != "none" and not one["suppressed_by"]]
        expected = {(at["uri"], at["line"] or 1, at["column"] or 1, one["rule"]) for one in counted for at in one["locations"]}
        self.assertTrue(expected)
        self.assertEqual(expected - places, set())

    def test_the_runner_gets_the_same_expression(self):
        matcher = json.loads((ROOT / "contrib/github/problem-matcher.json").read_text())["problemMatcher"][0]
        self.assertEqual(matcher["pattern"], [self.task["problemMatcher"]["pattern"]])

    def test_other_output_is_no_problem(self):
        matches = json.loads(run(["node", "-e", MATCH, self.task["problemMatcher"]["pattern"]["regexp"], self.lines(form="human")]).stdout)
        self.assertEqual([one for one in matches if one], [])
