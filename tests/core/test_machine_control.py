"""The state machine detects the removal of each rule of the queries, one by one."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from core.db import QUERIES
from core.errors.base import XuanhaoError
from core.public_journal.checker import JournalError
from tests.core.test_machine import EXAMPLES, STEPS, Selecting

FOUND = (AssertionError, pytest.fail.Exception, XuanhaoError, JournalError)

MUTANTS = {
    "a living hold is overwritten": ("take", "WHERE hold.held_until < :now AND", "WHERE true OR"),
    "what is taken for good is drawn": ("take", "p.position =", "-1 - p.position ="),
    "a try overwrites what others hold": ("give_way", "preselection_id = :", "preselection_id > 0 * :"),
    "a try overwrites what others have": ("reserve", "WHERE plate.held_until < :now", "WHERE true"),
    "a try takes beside a hold": ("reserve", "h.serial =", "'-' || h.serial ="),
    "one's own hold is not available": ("give_way", "preselection_id = :", "preselection_id = -:"),
    "what others let run out is not available": (
        "give_way",
        "held_until < :now AND",
        "held_until < 0 * :now AND",
    ),
    "what had run out is claimed": ("claim_held", ">= :at", ">= 0 * :at"),
    "what another shortlisted is claimed": ("claim_held", "preselection_id = :", "preselection_id > 0 * :"),
    "the grace is not given": ("claim_held", "held_until >= :at", "held_until >= :at + 5000"),
    "a batch is charged twice": ("charge_batch", r"random_used \+ 1", "random_used + 2"),
    "a draw past the quota": ("charge_batch", "AND random_used < :quota", "AND 0 < :quota"),
    "a success is charged": ("refund_wishes", "- :wishes", "- 0 * :wishes"),
    "tries beyond the quota": ("charge_wishes", ":wishes <= :quota", ":wishes <= 99 + :quota"),
    "tries one after the other": (
        "charge_wishes",
        "composed_at <= :gap_before",
        "composed_at >= 0 * :gap_before",
    ),
    "draw numbers leave a gap": ("next_draw", r"last_draw \+ 1", "last_draw + 2"),
    "the batch before is not dropped": ("end_batch", "state = 'batch'", "state = 'none'"),
    "what is left stays held": ("end_holds", "preselection_id = :", "preselection_id = -:"),
    "a change does not restart the shortlist": ("restart_shortlist", "= :until", "= held_until + 0 * :until"),
    "showing again prolongs a batch": ("extend_draw", "sent_at IS NULL", "1 = 1"),
    "what was never shown stays paid for": (
        "unsent_draws",
        "held_until < :before",
        "held_until < 0 * :before",
    ),
    "every undelivered batch is refunded": (
        "return_batch",
        "random_returned < :most",
        "random_returned < 99",
    ),
    "purging takes what lives": ("purge_holds", "held_until < :before", "held_until > :before"),
    "purging takes what is taken for good": (
        "purge_rested",
        "held_until < :before",
        "since < :before + 600000",
    ),
    "two at once for one vehicle": ("lease", "WHERE selecting.until < :now", "WHERE true"),
    "idleness counts for nothing": ("renew_lease", "AND until >= :at", "AND :at > 0"),
    "a number off the shortlist has another end": ("unshortlist", ":until", ":until + 60000"),
    "a number off the shortlist stays taken": (
        "give_up",
        "DELETE FROM hold",
        "UPDATE hold SET draw_no = draw_no",
    ),
    "a list has what is held": ("held", "held_until >= :now", "held_until < 0 * :now"),
    "a list has what was taken since": ("taken_since", "since >= :since", "since < 0 * :since"),
    "a list lacks what came free": ("rested", "held_until < :now", "held_until < 0 * :now"),
    "two of one batch are kept": ("unshortlist_draw", "AND draw_no = :draw_no", "AND draw_no = -:draw_no"),
}

AT_ONCE = {
    "a number off the shortlist has another end",
    "a number off the shortlist stays taken",
}
"""Detected within the examples of an ordinary run: the machine has a rule for each."""


SELDOM = {
    "a list lacks what came free",
    "showing again prolongs a batch",
    "the grace is not given",
    "tries beyond the quota",
    "tries one after the other",
    "what another shortlisted is claimed",
}
"""Detected only after hundreds of examples: too slow for every run, so `make soak` does it."""


def _without_a_rule(directory: Path, name: str, pattern: str, instead: str) -> Path:
    """Copy the queries, with one of them changed."""
    folder = directory / "queries"
    shutil.copytree(QUERIES, folder)
    changed = 0
    for path in folder.glob("*.sql"):
        blocks = re.split(r"(?m)^(?=-- name: )", path.read_text())
        for index, block in enumerate(blocks):
            if block.startswith(f"-- name: {name}\n"):
                blocks[index], found = re.subn(pattern, instead, block)
                changed += found
        path.write_text("".join(blocks))
    assert changed, "the query has changed, so the mutant must follow"
    return folder


@pytest.mark.parametrize(
    "mutant", [pytest.param(one, marks=pytest.mark.soak) if one in SELDOM else one for one in MUTANTS]
)
def test_missing_rule_is_found(mutant: str, tmp_path: Path) -> None:
    class Mutant(Selecting):
        queries = _without_a_rule(tmp_path, *MUTANTS[mutant])

    sought = hypothesis_settings(
        max_examples=EXAMPLES if mutant in AT_ONCE else 600,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        print_blob=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with pytest.raises(FOUND):
        run_state_machine_as_test(Mutant, settings=sought)
