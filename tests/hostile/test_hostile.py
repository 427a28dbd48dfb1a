"""Every lie to a server of its own, and that the lies are complete: what is new in the contract fails here until it is
lied about."""

import argparse
import os

import pytest

from hostile import families, lies_foreign, lies_limits, stage_calls, stage_frames
from hostile.contract import COMMANDS, FRAMES, OPERATIONS, all_fields
from hostile.fields import FIELDS, NotInTheTable
from hostile.judge import Run


def test_every_answer_to_a_lie_is_as_it_should_be():
    seed = int(os.environ.get("PARLEY_HOSTILE_SEED", os.getpid()))
    run = families.lie(argparse.Namespace(server=None, family=None, only="*", seed=seed, verbose=False))
    assert run.summary(), "see above for each answer that should not have been, and how to ask again"
    assert all(run.counts[family][0] for family in families.FAMILIES)


def test_a_pattern_that_fits_no_lie_does_not_pass():
    assert not Run("how", only="no such case").summary()


def test_the_tables_know_the_whole_contract():
    families.check_complete()


def test_the_tables_know_nothing_that_is_gone():
    known = all_fields()
    assert not [name for name in FIELDS if name.partition("@")[0] not in known]
    assert set(stage_calls.RIGHT_CALLS) == set(OPERATIONS)
    assert set(stage_frames.RIGHT_FRAMES) == set(FRAMES) and set(stage_frames.RIGHT_COMMANDS) == set(COMMANDS)


@pytest.mark.parametrize("table, name, says", [
    (stage_frames.RIGHT_FRAMES, "getChannel", "RIGHT_FRAMES"),
    (stage_frames.RIGHT_COMMANDS, "leave", "RIGHT_COMMANDS"),
    (stage_calls.RIGHT_CALLS, "getKeys", "RIGHT_CALLS"),
    (stage_calls.QUERY_TEXT, "findPeople.prefix", "QUERY_TEXT"),
    (lies_foreign.MEMBER_MAY_NOT, "handOver", "MEMBER_MAY_NOT"),
    (lies_limits.ASKED, "reaction_bytes", "lies_limits.py"),
    (FIELDS, "Typing.on", "FIELDS"),
])
def test_what_is_new_in_the_contract_is_told_where_to_stand(monkeypatch, table, name, says):
    monkeypatch.delitem(table, name)
    with pytest.raises(NotInTheTable, match=says):
        families.check_complete()
