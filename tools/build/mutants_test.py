import contextlib
import io
import pathlib
import tempfile
import unittest

import mutants

PATCH = """P2: The order is turned round.

--- a/server/x.cpp
+++ b/server/x.cpp
@@ -1,3 +1,3 @@
 one
-two
+three
 four
@@ -7,2 +7,3 @@
 seven
+and a half
 eight
"""


def mutant_of(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "order.patch"
        path.write_text(text)
        return mutants.Mutant(path)


class PatchTest(unittest.TestCase):
    def test_names_promise_words_and_file(self):
        mutant = mutant_of(PATCH)
        self.assertEqual((mutant.name, mutant.promise, mutant.words), ("order", "P2", "The order is turned round."))
        self.assertEqual(mutant.file, pathlib.Path("server/x.cpp"))

    def test_says_over_which_store_it_is_tried(self):
        self.assertEqual(mutant_of(PATCH).tier, 1)
        second = mutant_of(PATCH.replace("P2:", "P2, tier 2:"))
        self.assertEqual((second.promise, second.tier, mutants.untried(second)["promise"]), ("P2", 2, "P2, tier 2"))

    def test_changes_its_places_wherever_they_are(self):
        self.assertEqual(mutant_of(PATCH).apply("zero\nseven\neight\none\ntwo\nfour\n"), "zero\nseven\nand a half\neight\none\nthree\nfour\n")

    def test_says_what_is_not_there_any_more(self):
        with self.assertRaisesRegex(mutants.DoesNotApply, "not there any more:\none\ntwo"):
            mutant_of(PATCH).apply("one\nfour\nseven\neight\n")

    def test_does_not_guess_between_two_places(self):
        with self.assertRaisesRegex(mutants.DoesNotApply, "is there 2 times"):
            mutant_of(PATCH).apply("one\ntwo\nfour\n" * 2)

    def test_needs_a_promise_in_the_first_line(self):
        for wrong in ["P11: too many.\n", "no promise\n", "P1 without a colon\n"]:
            with self.assertRaises(mutants.DoesNotApply):
                mutant_of(wrong + PATCH)

    def test_changes_one_file(self):
        with self.assertRaisesRegex(mutants.DoesNotApply, "one file"):
            mutant_of(PATCH + PATCH.split("\n\n")[1].replace("x.cpp", "y.cpp"))


class CheckerTest(unittest.TestCase):
    def test_what_differs_from_seed_to_seed_is_left_out(self):
        said = "P4: person1.0 in 0190c7a3-1111-7222-8333-444455556666: badge 3, counted 12"
        self.assertEqual(mutants.checker_of(said), "P4: a device in …: badge n, counted n")


class AsItIsTest(unittest.TestCase):
    def test_a_seed_that_breaks_in_the_tree_as_it_is_proves_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            scratch = pathlib.Path(folder)
            built = scratch / "build/release/bin/parley_sim"
            built.parent.mkdir(parents=True)
            built.write_text("#!/bin/sh\necho seed $3\n[ $3 = 7 ] && echo '  BROKEN P1: lost' && exit 1\n[ $3 != 8 ] || exit 6\n")
            built.chmod(0o755)
            simulator = mutants.Simulator(scratch, 1)
            simulator.keep()
            built.unlink()
            with contextlib.redirect_stdout(io.StringIO()) as told:
                stands = [mutants.proves(simulator, 1, seed) for seed in (6, 7, 7, 8)]
            self.assertEqual(stands, [True, False, False, False])
            self.assertEqual(told.getvalue().count("Seed 7 is broken as it is"), 1)


class TableTest(unittest.TestCase):
    def test_tells_runs_survivors_and_what_was_not_tried(self):
        rows = mutants.table([
            {"name": "a", "promise": "P1", "words": "Breaks a.", "seeds": 1, "spoke": "P1: lost"},
            {"name": "b", "promise": "P2", "words": "Breaks b.", "seeds": 300, "spoke": None},
            {"name": "c", "promise": "P3", "words": "Breaks c."},
        ])
        self.assertIn("| `a` | P1 | Breaks a. | 1 run | `P1: lost` |", rows)
        self.assertIn("| `b` | P2 | Breaks b. | **survived** |  |", rows)
        self.assertIn("| `c` | P3 | Breaks c. | not run yet |  |", rows)


class TreeTest(unittest.TestCase):
    """The patches of this tree. A change of the code that a mutant is about changes the mutant, too."""

    def test_every_mutant_applies(self):
        found = mutants.all_mutants()
        self.assertGreaterEqual(len(found), 28)
        for mutant in found:
            with self.subTest(mutant.name):
                text = mutant.file.read_text()
                self.assertNotEqual(mutant.apply(text), text)

    def test_the_page_lists_each(self):
        page = pathlib.Path("docs/testing.md").read_text()
        listed = page.split(mutants.BEGIN)[1].split(mutants.END)[0]
        for mutant in mutants.all_mutants():
            self.assertIn(f"| `{mutant.name}` | {mutants.untried(mutant)['promise']} | {mutant.words} |", listed)


if __name__ == "__main__":
    unittest.main()
