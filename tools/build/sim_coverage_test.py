import unittest

import sim_coverage


def file_of(path, covered, count, segments=()):
    return {"filename": f"/tree/{path}", "summary": {"lines": {"covered": covered, "count": count}}, "segments": list(segments)}


def exported(*files):
    return {"data": [{"files": list(files)}]}


class SimCoverageTest(unittest.TestCase):
    def test_counts_what_is_in_the_folders_and_no_tests(self):
        found = sim_coverage.counts_of(
            exported(
                file_of("server/chat/decide.cpp", 9, 10),
                file_of("server/chat/decide_test.cpp", 1, 10),
                file_of("server/client/fake_server_for_test.hpp", 1, 10),
                file_of("server/app/main.cpp", 1, 10),
                file_of("server/chatter/x.cpp", 1, 10),
            ),
            "/tree",
        )
        self.assertEqual(found, {"server/chat/decide.cpp": (9, 10)})

    def test_adds_up_each_folder(self):
        rows = sim_coverage.folder_rows({"server/chat/a.cpp": (1, 4), "server/chat/rules/b.hpp": (2, 4), "server/node/c.cpp": (5, 5)})
        self.assertEqual(rows, [("server/chat", 3, 8), ("server/wire", 0, 0), ("server/client", 0, 0), ("server/node", 5, 5)])
        self.assertEqual([sim_coverage.share(3, 8), sim_coverage.share(0, 0)], [37.5, 100.0])

    def test_names_what_the_simulator_is_linked_without(self):
        sources = ["server/node/a.cpp", "server/node/a_test.cpp", "server/node/b.cpp"]
        self.assertEqual(sim_coverage.not_contained({"server/node/a.cpp": (0, 4)}, sources), ["server/node/b.cpp"])

    def test_shows_lines_that_nobody_reached(self):
        segments = [[3, 1, 5, True, True, False], [4, 9, 0, True, True, False], [5, 2, 0, False, False, False], [6, 1, 0, True, False, True]]
        data = exported(file_of("server/chat/a.cpp", 1, 2, segments))
        self.assertEqual(sim_coverage.unreached(data, "/tree", "server/chat/a.cpp"), [4])
        self.assertEqual(sim_coverage.unreached(data, "/tree", "server/chat/b.cpp"), [])


if __name__ == "__main__":
    unittest.main()
