import pathlib
import unittest

import man_pages

SHOWN = """What it is.

More of it.
Usage: ./tool [OPTIONS] SUBCOMMAND

Positionals:
  NAME TEXT REQUIRED          

Options:
  -h,--help                   Print this help message and exit
  --short-option true|false   fits the column
  --an-option-too-long-for-it VALUE
                              explained below

Settings:
  --limit NAME=VALUE          a limit

Subcommands:
  go                          Goes

Exit codes: 0 done.
"""


class Help(unittest.TestCase):
    def setUp(self):
        self.found = man_pages.parse_help(["tool"], SHOWN)

    def test_every_option_is_found_with_its_explanation(self):
        self.assertEqual(self.found.options(), ["-h", "--help", "--short-option", "--an-option-too-long-for-it", "--limit"])
        options = dict(map(tuple, self.found.entries("Options")))
        self.assertEqual(options["--short-option true|false"], "fits the column")
        self.assertEqual(options["--an-option-too-long-for-it VALUE"], "explained below")

    def test_what_is_around_the_options_is_kept(self):
        self.assertEqual(self.found.usage, "tool [OPTIONS] SUBCOMMAND")
        self.assertEqual(self.found.about, ["What it is.", "", "More of it."])
        self.assertEqual(self.found.footer, ["Exit codes: 0 done."])
        self.assertEqual(self.found.entries("Positionals"), [["NAME TEXT REQUIRED", ""]])
        self.assertEqual(self.found.entries("Subcommands"), [["go", "Goes"]])


class Markdown(unittest.TestCase):
    def test_text_cannot_become_a_request_of_roff(self):
        self.assertEqual(man_pages.markdown(".so /etc/passwd"), [".PP", "\\&.so /etc/passwd"])
        self.assertEqual(man_pages.inline("a\\b `--c` \u2026"), "a\\eb \\fB\\-\\-c\\fP \\[u2026]")

    def test_links_become_their_text_and_tables_lists(self):
        self.assertEqual(man_pages.inline("see [limits](limits.md)"), "see limits")
        table = man_pages.markdown("| key | what |\n|---|---|\n| `a` | first \\| second |")
        self.assertEqual(table, [".TP\n\\fBa\\fP", "first | second"])

    def test_code_is_kept_line_by_line(self):
        code = man_pages.markdown("Do:\n\n    one\n    two\n\nThen.")
        self.assertEqual(code, [".PP", "Do:", ".RS 4", ".nf", "one", "two", ".fi", ".RE", ".PP", "Then."])

    def test_sections_that_pages_name_are_there(self):
        docs = pathlib.Path(__file__).resolve().parents[2] / "docs"
        for _, _, page, wanted in man_pages.PAGES.values():
            if page:
                self.assertTrue(man_pages.sections_of((docs / page).read_text(), wanted))


if __name__ == "__main__":
    unittest.main()
