import contextlib
import io
import pathlib
import tempfile
import unittest
from unittest import mock

import bench
import bench_ejabberd


class Bench(unittest.TestCase):
    def run_bench(self, *arguments):
        with (tempfile.TemporaryDirectory() as work, contextlib.redirect_stdout(io.StringIO()) as out,
              contextlib.redirect_stderr(io.StringIO()) as errors):  # fmt: skip
            return bench.main(["--work", work, *arguments]), out.getvalue(), errors.getvalue()

    def test_a_comparison_that_is_not_installed_is_skipped_aloud(self):
        with mock.patch.object(bench_ejabberd, "find_tools", side_effect=bench_ejabberd.Missing("no ejabberd")):
            code, _, errors = self.run_bench("ejabberd-direct")
        self.assertEqual(code, 0)
        self.assertIn("ejabberd-direct: skipped: no ejabberd", errors)

    def test_a_run_that_cannot_be_fails_and_keeps_no_figure(self):
        with tempfile.TemporaryDirectory() as work, contextlib.redirect_stderr(io.StringIO()) as errors:
            with contextlib.redirect_stdout(io.StringIO()):
                code = bench.main(["--work", work, "--bin", "/bin", "--quick", "direct"])
            self.assertEqual(code, 1)
            self.assertIn("failed: direct", errors.getvalue())
            self.assertFalse((pathlib.Path(work) / "results.json").exists())

    def test_quick_runs_are_small_and_leave_pairs_pairs(self):
        options = mock.Mock(quick=True, sessions=None, seconds=0.3)
        for name in bench.QUICK:
            arguments = bench.arguments_of(options, name)
            self.assertEqual(arguments[arguments.index("--sessions") + 1], "20", name)
            if arguments[0] not in ("direct", "overload", "idle"):
                self.assertIn(arguments[arguments.index("--members") + 1], ("2", "10"), name)
        self.assertIn("2", bench.arguments_of(options, "bare-direct"))


if __name__ == "__main__":
    unittest.main()
