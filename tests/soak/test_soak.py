"""The short form of the soak: every fault that needs no privileges, once and briefly; and runs that have to go red. Nothing here looks at
how fast anything is. `make soak MINUTES=10` is the long form."""

import asyncio
import os
import pathlib
import random
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import faults  # noqa: E402
import soak_meddle  # noqa: E402
import soak_shim  # noqa: E402
from e2e_server import Refused  # noqa: E402
from soak_book import Book  # noqa: E402
from soak_load import Load  # noqa: E402
from soak_run import Options, Run  # noqa: E402

SEED = int(os.environ.get("PARLEY_SEED", random.SystemRandom().randrange(1 << 31)))
RUNS_FOR_A_CHANCE = 4
OUTSIDE = "the short form uses no namespaces"


def soak(folder, seed=SEED, **options):
    """The violations of a short run."""
    print(f"PARLEY_SEED={seed}")
    run = Run(Options(folder, seed, short=True, private=OUTSIDE, **options))
    asyncio.run(asyncio.wait_for(run.run(), 600))
    return run, run.book.violations


def test_a_fault_that_there_is_not_is_an_error():
    soak_py = pathlib.Path(__file__).with_name("soak.py")
    done = subprocess.run([sys.executable, "-B", soak_py, "--outside", "--faults", "pause, net cutt"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert (done.returncode, "there is no fault net cutt; there are clock +" in done.stderr) == (2, True), done.stderr


def test_an_answer_that_no_fault_explains_is_a_violation():
    async def ask():
        book = Book()
        load = Load(None, book, random.Random(1), 1, 0)
        load._in_background(load._hint(AnswersDamaged()))
        while load._jobs:
            await asyncio.wait(load._jobs)
        return book.violations

    class AnswersDamaged:
        async def question(self, *_, **__):
            raise Refused("damaged")

    assert asyncio.run(ask()) == ["an answer that nobody expects: Refused('damaged: ')"]


def test_nothing_is_lost_doubled_or_out_of_order_whatever_fails(tmp_path, record_testsuite_property):
    run, violations = soak(tmp_path)
    for line in run.skipped:
        record_testsuite_property("skipped", line)  # told by tools/build/test_summary.py
    assert not violations
    took_place = {spell.name for spell in run.spells}
    assert took_place >= {"kill -9", "restart", "pause", "net delay", "net loss", "net stall", "net cut"}
    told = {line.partition(":")[0] for line in run.skipped}
    assert {kind.NAME for kind in faults.ALL} - told == took_place
    assert len(run.book.due) > 500


# What stands in the report of each. They are done in this order: what was doubled must not be swapped afterwards.
FOUND = {
    soak_meddle.LosesAnEvent: "nothing said that more is missing|never learned",
    soak_meddle.SwapsTwoEvents: r"seq (\d+) of \S+ was pushed after seq (?!\1 )",
    soak_meddle.DoublesAnEvent: r"seq (\d+) of \S+ was pushed after seq \1 ",
    soak_meddle.ForgetsSendIds: "that nobody sent",
    soak_meddle.TellsAnOutcomeOfNothing: "its outcome was|was told to be posted",
    soak_meddle.ChangesAText: "another text",
    soak_meddle.MiscountsABadge: "the badge is",
}


def test_what_is_lost_doubled_swapped_forgotten_made_up_changed_or_miscounted_on_the_way_is_found(tmp_path):
    often = {soak_meddle.ForgetsSendIds, soak_meddle.SwapsTwoEvents, soak_meddle.MiscountsABadge}
    # Several are doubled, since one that was swapped before looks like two that were.
    limits = {kind: 1000 for kind in often} | {soak_meddle.DoublesAnEvent: 10}
    damages = [kind(limit=limits[kind], spared=0) if kind in limits else kind() for kind in FOUND]
    violations = []
    # Whether there is a chance (a send that has to be sent again) is up to the run.
    for run in range(RUNS_FOR_A_CHANCE):
        folder = tmp_path / str(run)
        folder.mkdir()
        violations += soak(folder, SEED + run, only=("net cut",), damages=damages, quiet=True, settles=3)[1]
        if all(damage.done for damage in damages):
            break
    assert all(damage.done for damage in damages), f"no chance for {[type(damage).__name__ for damage in damages if not damage.done]}"
    missed = [kind.__name__ for kind, found in FOUND.items() if not any(re.search(found, violation) for violation in violations)]
    assert not missed, violations


@pytest.mark.skipif(soak_shim.why_not() is not None, reason=f"NOT TESTED: {soak_shim.why_not()}")
def test_outcomes_told_before_they_are_on_the_disk_are_found(tmp_path):
    # No new devices: what the server notes of them has no send_id, and is not missed.
    _, violations = soak(tmp_path, only=("kill -9",), log_lies=True, guests=0, quiet=True, settles=3)
    found = "was told to be posted|where another device has|cursors are at"
    assert any(re.search(found, violation) for violation in violations), violations
