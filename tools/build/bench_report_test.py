import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import bench_report

DIRECT = {"machine": "m", "commit": "c", "date": "d", "command": "parley-bench direct", "sessions": 10, "status": 0,
          "result": {"messages_per_s": 41_234.5, "p99_ms": 3.25, "distribution": [[50, 1.0], [99, 3.25], [100, 4.0]]}}  # fmt: skip
STORE = {**DIRECT, "command": "make bench-store",
         "result": {"messages": 10, "messages_per_s": 5.0, "p99_ms": 2.5, "store_bytes": 9, "compacted_bytes": 8, "people_bytes": 7,
                    "start_s": 0.5, "start_again_s": 0.25,
                    "costs": [{"stored": 1, "messages_per_s": 9.0, "server_cpu_us_per_message": 10.0, "page_p99_ms": 1.0},
                              {"stored": 9, "messages_per_s": 8.0, "server_cpu_us_per_message": 12.0, "page_p99_ms": 2.5}]}}  # fmt: skip


class Report(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        self.page = self.work / "page.md"
        self.page.write_text(f"before\n{bench_report.BEGIN}\nold\n{bench_report.END}\nafter\n")

    def keep(self, **runs):
        with contextlib.redirect_stderr(io.StringIO()):
            bench_report.keep(self.work, runs)

    def publish(self):
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            bench_report.publish(self.work, self.page)
        return self.page.read_text()

    def test_a_run_replaces_the_one_of_its_name_and_leaves_the_others(self):
        self.keep(direct=DIRECT, store=STORE)
        self.keep(direct={**DIRECT, "command": "again"})
        results = json.loads((self.work / bench_report.RESULTS).read_text())
        self.assertEqual({name: run["command"] for name, run in results.items()}, {"direct": "again", "store": "make bench-store"})

    def test_the_page_tells_goals_that_are_met_missed_and_not_measured(self):
        self.keep(direct=DIRECT, store=STORE)
        page = self.publish()
        self.assertTrue(page.startswith("before\n") and page.endswith("\nafter\n"), page)
        self.assertNotIn("\nold\n", page)
        rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.count("|") > 4}
        self.assertIn("**41,234**", rows["direct, 1,000 sessions, window 8: messages/s"])
        self.assertIn("2.50 (missed)", rows["page of 50 of 10 million, warm page cache: p99, ms"])
        self.assertIn("1.20 (missed)", rows["processor time per message with 100 times as much stored"])
        self.assertIn("not measured", rows["groups of 100, 1,000 sessions, window 8: deliveries/s"])

    def test_writing_the_page_again_changes_nothing(self):
        self.keep(direct=DIRECT)
        self.assertEqual(self.publish(), self.publish())

    def test_a_page_without_a_place_for_figures_is_left_alone(self):
        self.keep(direct=DIRECT)
        self.page.write_text("no marks")
        with self.assertRaises(SystemExit):
            self.publish()
        self.assertEqual(self.page.read_text(), "no marks")


if __name__ == "__main__":
    unittest.main()
