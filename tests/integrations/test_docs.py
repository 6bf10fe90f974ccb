"""docs/integrations.md: its commands run in order in a repository of their own; its YAML is read by those it is for."""

import re
import tomllib

import yaml
from support import CLEAN, ROOT, Case, git, run

TEXT = (ROOT / "docs/integrations.md").read_text()
SLOW = "contrib/release/build "


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


class Page(Case):
    def test_its_commands_work(self):
        repository = self.repository(CLEAN)
        hooks = self.repository({".pre-commit-hooks.yaml": (ROOT / ".pre-commit-hooks.yaml").read_text()}, "hooks")
        [config] = [text for text in blocks("yaml") if "pre-commit-config" in text]
        config = config.replace("https://forge.example/OWNER/unkeyed", str(hooks))
        self.write(repository, {".pre-commit-config.yaml": config.replace("0" * 40, git(hooks, "rev-parse", "HEAD").stdout.strip())})
        (repository / "contrib").symlink_to(ROOT / "contrib")
        commands = [text for text in blocks("sh") if SLOW not in text]
        self.assertGreater(len(commands), 4)
        environment = {"PATH": self.path, "HOME": self.folder, "TMPDIR": self.folder, "PRE_COMMIT_HOME": self.folder / "cache", "MANPAGER": "cat"}
        for text in commands:
            run(["bash", "-euo", "pipefail", "-c", text], cwd=repository, **environment)

    def test_what_it_says_of_files_is_so(self):
        for path in re.findall(r"`((?:contrib|tests|crates)/[\w./-]+|action\.yml|pyproject\.toml)", TEXT):
            self.assertTrue((ROOT / path).exists(), path)
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        named = set(re.findall(r"`([\w-]+)`", re.search(r"\| input \|.*?\n\n(.*?)\.", TEXT, re.DOTALL)[0]))
        self.assertLessEqual(set(action["inputs"]) | set(action["outputs"]), named)
        [step] = [yaml.safe_load(text)[0] for text in blocks("yaml") if "OWNER/unkeyed@" in text]
        self.assertLessEqual(set(step["with"]), set(action["inputs"]))
        version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
        files = ["action.yml", "contrib/gitlab/unkeyed.gitlab-ci.yml", "contrib/azure-pipelines/unkeyed.yml", "contrib/jenkins/Jenkinsfile"]
        for text in [TEXT, *[(ROOT / file).read_text() for file in files]]:
            self.assertIn(version, text)

    def test_this_page_says_what_is_not_published(self):
        # Who publishes something takes this out, and the sentence with it.
        self.assertTrue(TEXT.split("\n")[2].startswith("Nothing of unkeyed is published yet"))
        self.assertNotIn("repository", tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"])
