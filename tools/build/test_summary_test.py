import contextlib
import io
import pathlib
import tempfile
import unittest

import test_summary

INNER = """<testsuites><testsuite>
<testcase classname="A" name="Works" status="run"/>
<testcase classname="A" name="Off" status="notrun"/>
{}</testsuite></testsuites>"""
BROKEN = '<testcase classname="A" name="Breaks" status="run"><failure message="no"/></testcase>'
PARTLY = """<testcase classname="A" name="Soaks" status="run"/>
<properties><property name="skipped" value="net down: no network"/></properties>"""


class Summary(unittest.TestCase):
    def summary(self, status, inner):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            (root / "ctest.junit").write_text(f'<testsuite><testcase name="unit" status="{status}"/></testsuite>')
            if inner is not None:
                (root / "unit.xml").write_text(INNER.format(inner))
            with contextlib.redirect_stdout(io.StringIO()) as out:
                code = test_summary.main(root, root / "ctest.junit")
            return code, out.getvalue().splitlines()

    def test_counts_the_cases_inside(self):
        self.assertEqual(self.summary("run", ""), (0, ["1 passed, 0 failed, 1 skipped"]))

    def test_names_what_failed(self):
        self.assertEqual(
            self.summary("fail", BROKEN), (1, ["FAILED  unit: A.Breaks", "1 passed, 1 failed, 1 skipped"])
        )

    def test_says_what_a_run_left_out(self):
        told = ["SKIPPED  unit: net down: no network", "2 passed, 0 failed, 1 skipped"]
        self.assertEqual(self.summary("run", PARTLY), (0, told))

    def test_a_crash_after_the_last_case_counts(self):
        self.assertEqual(self.summary("fail", "")[0], 1)

    def test_an_executable_that_never_ran_counts_as_failed(self):
        self.assertEqual(self.summary("notrun", None), (1, ["FAILED  unit", "0 passed, 1 failed"]))

    def test_a_run_without_cases_of_its_own_counts_as_one(self):
        self.assertEqual(self.summary("run", None), (0, ["1 passed, 0 failed"]))


if __name__ == "__main__":
    unittest.main()
