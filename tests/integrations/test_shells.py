"""Completions asked in real shells, and the manual pages under a real reader."""

from support import BINARY, Case, run

SHELLS = ["bash", "elvish", "fish", "powershell", "zsh"]
ASK_BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
"$(complete -p unkeyed | sed 's/.*-F \\([^ ]*\\).*/\\1/')" unkeyed "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completions(Case):
    def setUp(self):
        super().setUp()
        for shell in SHELLS:
            (self.folder / shell).write_text(run([BINARY, "completions", shell]).stdout)

    def bash(self, *words):
        return run(["bash", "-c", ASK_BASH, "ask", self.folder / "bash", "unkeyed", *words], PATH=self.path).stdout.split()

    def test_bash_completes_commands_options_and_values(self):
        self.assertEqual(self.bash("aud"), ["audit"])
        self.assertEqual(self.bash("audit", "--tracked"), ["--tracked-only"])
        self.assertEqual(self.bash("audit", "--format", "sar"), ["sarif"])
        self.assertEqual(self.bash("audit", "--confidence", "h"), ["high"])
        self.assertIn("merge", self.bash("report", ""))

    def test_fish_completes_the_same(self):
        ask = lambda line: run(["fish", "--no-config", "-c", f"source {self.folder}/fish; complete -C '{line}'"], PATH=self.path, HOME=self.folder).stdout
        self.assertTrue(ask("unkeyed aud").startswith("audit\t"))
        self.assertTrue(ask("unkeyed audit --format sar").startswith("sarif"))

    def test_zsh_takes_the_script(self):
        run(["zsh", "-n", self.folder / "zsh"])
        script = f"autoload -U compinit; compinit -u -d {self.folder}/dump; source {self.folder}/zsh; whence -w _unkeyed; print $_comps[unkeyed]"
        self.assertEqual(run(["zsh", "-fc", script]).stdout.split(), ["_unkeyed:", "function", "_unkeyed"])

    def test_the_others_name_every_command(self):
        # Neither shell is in a registry that the tests reach.
        for shell in ["elvish", "powershell"]:
            text = (self.folder / shell).read_text()
            for command in ["scan", "audit", "hook", "baseline", "completions"]:
                self.assertIn(f"'unkeyed;{command}'" if shell == "powershell" else f"unkeyed;{command}", text)

    def test_an_unknown_shell_is_refused_with_the_known_ones(self):
        said = run([BINARY, "completions", "bsh"], code=2).stderr
        self.assertTrue(all(shell in said for shell in SHELLS), said)


class Manual(Case):
    def test_every_command_has_a_page_that_readers_take(self):
        pages = self.folder / "man"
        run([BINARY, "man", pages])
        names = {page.name for page in pages.iterdir()}
        self.assertLessEqual({"unkeyed.1", "unkeyed-audit.1", "unkeyed-report-merge.1", "unkeyed-completions.1", "unkeyed-man.1"}, names)
        for page in sorted(pages.iterdir()):
            # Warnings about style are the generator's; an error would be text that is lost.
            run(["mandoc", "-Tlint", "-W", "error", page])
            self.assertEqual("", run(["groff", "-man", "-ww", "-z", "-Tutf8", page]).stderr, page.name)

    def test_the_page_on_standard_output_is_the_main_one(self):
        run([BINARY, "man", self.folder])
        self.assertEqual(run([BINARY, "man"]).stdout, (self.folder / "unkeyed.1").read_text())

    def test_examples_keep_their_lines(self):
        run([BINARY, "man", self.folder])
        shown = run(["mandoc", "-Tutf8", "-O", "width=200", self.folder / "unkeyed.1"]).stdout.replace("\u2010", "-")
        lines = [line.strip() for line in shown.splitlines()]
        self.assertIn("unkeyed audit . --require transitional", lines)

    def test_a_place_that_can_not_be_written_is_named(self):
        self.write(self.folder, {"file": ""})
        self.assertIn("file", run([BINARY, "man", self.folder / "file"], code=2).stderr)
