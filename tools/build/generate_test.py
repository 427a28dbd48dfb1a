import contextlib
import io
import pathlib
import tempfile
import unittest

import generate

ERRORS = """
[kinds]
caller = "c"
refusal = "r"
busy = "b"
down = "d"
bug = "g"
[errors]
internal = { number = 99, kind = "bug", http = 500, close = 1011, retry = "same", text = "Ours." }
blocked = { number = 47, kind = "refusal", http = 403, close = 0, retry = "never", text = "A \\"block\\"." }
"""
LIMITS = 'frame_bytes = { default = 5, min = 1, max = 9, unit = "bytes", wire = true, error = "blocked", text = "one frame" }\n'


class Generate(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        self.write(ERRORS, LIMITS)

    def write(self, errors, limits):
        (self.root / "errors.toml").write_text(errors)
        (self.root / "limits.toml").write_text(limits)

    def run_it(self, *arguments):
        with contextlib.redirect_stderr(io.StringIO()) as stderr:
            status = generate.main(["--proto", str(self.root), *arguments])
        return status, stderr.getvalue()

    def test_headers_hold_every_row(self):
        self.assertEqual(self.run_it("--headers", str(self.root / "gen"))[0], 0)
        errors = (self.root / "gen/errors.hpp").read_text()
        self.assertIn("  blocked = 47,\n", errors)
        self.assertIn('403, 0, Retry::never, "A \\"block\\"."}', errors)
        self.assertLess(errors.index("blocked = 47"), errors.index("internal = 99"))
        self.assertIn("std::uint64_t frame_bytes = 5;", (self.root / "gen/limits.hpp").read_text())

    def test_check_fails_until_the_pages_are_written(self):
        docs = ["--docs", str(self.root / "docs")]
        self.assertEqual(self.run_it(*docs, "--check")[0], 1)
        self.assertEqual(self.run_it(*docs)[0], 0)
        self.assertEqual(self.run_it(*docs, "--check")[0], 0)
        self.write(ERRORS.replace("Ours.", "Theirs."), LIMITS)
        status, text = self.run_it(*docs, "--check")
        self.assertEqual(status, 1)
        self.assertIn("make generate", text)

    def test_typescript_holds_every_row(self):
        self.assertEqual(self.run_it("--typescript", str(self.root / "gen"))[0], 0)
        tables = (self.root / "gen/tables.ts").read_text()
        self.assertIn('  blocked: { number: 47, kind: "refusal", http: 403, close: 0, retry: "never" },\n', tables)
        self.assertLess(tables.index("blocked:"), tables.index("internal:"))
        self.assertIn('  frame_bytes: { default: 5, unit: "bytes", wire: true },\n', tables)
        self.assertEqual(self.run_it("--typescript", str(self.root / "gen"), "--check")[0], 0)
        self.write(ERRORS, LIMITS.replace("default = 5", "default = 6"))
        self.assertEqual(self.run_it("--typescript", str(self.root / "gen"), "--check")[0], 1)

    def test_wrong_tables_are_refused_by_name(self):
        for errors, limits, expected in [
            (ERRORS.replace("number = 47", "number = 99"), LIMITS, "never reused"),
            (ERRORS.replace('kind = "refusal"', 'kind = "rude"'), LIMITS, "blocked"),
            (ERRORS.replace("http = 403", "http = 200"), LIMITS, "blocked"),
            (ERRORS.replace("close = 1011", "close = 99"), LIMITS, "internal"),
            (ERRORS, LIMITS.replace("default = 5", "default = 50"), "frame_bytes"),
            (ERRORS, LIMITS.replace('"blocked"', '"nothing"'), "nothing"),
            (ERRORS, LIMITS.replace('unit = "bytes", ', ""), "unit"),
            (ERRORS, "not toml", "generate.py"),
        ]:
            self.write(errors, limits)
            status, text = self.run_it("--headers", str(self.root / "gen"))
            self.assertEqual(status, 1, expected)
            self.assertIn(expected, text)


if __name__ == "__main__":
    unittest.main()
