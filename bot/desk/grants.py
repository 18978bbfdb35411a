"""/grant: further chances for a vehicle (docs/domain.md, section 5.3)."""

import re

from bot.desk.arguments import PARTING, split_args, without_parting
from bot.desk.confirmation import Confirmation, reason_of, screen_of
from bot.desk.keywords import Keyword, keyword_of, pattern_of
from bot.desk.people import number_arg
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.errors.commands import Part, Usage
from bot.texts.desk import people as texts
from core.audit import vehicle_subject
from core.errors.desk import NothingKnown
from core.people.admins import Permission
from core.people.chief_requests import GraveSubject
from core.preselection.granting import (
    Grant,
    grant_chances,
    granted_of,
    helped_by_grant,
    of_vehicle,
    office_of_grant,
    validate_grant,
)
from core.preselection.quotas import remaining_quota
from core.values.grave_acts import GraveAct
from core.values.vehicles import VIN_LENGTH, parse_vin

_MOST_OWNERS = 3
"""Owners that the question names; a vehicle with more of them underway is named by its VIN."""
_CHANCES = re.compile(
    rf"(?<![A-Za-z])({pattern_of(Keyword.RANDOM, Keyword.COMPOSE)})\s*[=\uff1d:\uff1a+\uff0b]?\s*"
    r"(\d{1,9})(?!\d)\s*[次个]?[,;\uff0c\uff1b、]?",
    re.IGNORECASE,
)
_VIN_WORD = re.compile(rf"(?<![^{PARTING}])[0-9A-Za-z]{{{VIN_LENGTH}}}(?![^{PARTING}])")


def parse_grant(ctx: Context, arguments: str) -> Goto:
    """Parse /grant VIN random=1 compose=5 REASON and go to the question.

    Raises:
        Usage, VinError: the arguments are malformed.
        NothingGranted: it grants nothing, or too much.
    """
    ctx.admin.require(Permission.GRANT)
    found = _VIN_WORD.search(arguments)
    if found:
        written, chances = found[0], f"{arguments[: found.start()]} {arguments[found.end() :]}"
    elif _CHANCES.match(without_parting(arguments)):
        raise Usage("grant", (Part.VIN,))
    else:
        written, chances = split_args("grant", arguments, 2)
    batches, wishes, reason = read_chances(chances)
    return to_grant(ctx, parse_vin(written).vin, batches=batches, wishes=wishes, reason=reason)


def parse_grant_for(ctx: Context, vin: str, raw: str) -> Goto:
    """Parse random=1 compose=5 REASON, typed for a vehicle's card, and go to the question."""
    batches, wishes, reason = read_chances(raw)
    return to_grant(ctx, vin, batches=batches, wishes=wishes, reason=reason)


def read_chances(raw: str) -> tuple[int, int, str]:
    given = _CHANCES.findall(raw)
    counts = {keyword_of(name, Keyword.RANDOM, Keyword.COMPOSE): int(count) for name, count in given}
    reason = reason_of(without_parting(_CHANCES.sub(" ", raw)))
    if not reason or not given or len(counts) < len(given) or "=" in reason:
        missing = [part for part, is_there in ((Part.CHANCES, given), (Part.REASON, reason)) if not is_there]
        raise Usage("grant", missing)
    return counts.get(Keyword.RANDOM, 0), counts.get(Keyword.COMPOSE, 0), reason


def to_grant(ctx: Context, vin: str, *, batches: int, wishes: int, reason: str) -> Goto:
    """Go to the question before chances are granted to a vehicle.

    Raises:
        GrantElsewhere: this chat may not grant this vehicle any.
    """
    office = office_of_grant(ctx.tx, ctx.admin, vin)
    validate_grant(batches, wishes)
    args = {
        "office": office,
        "vin": vin,
        "random": batches,
        "compose": wishes,
        "seen": list(granted_of(ctx.tx, vin)),
        "reason": reason,
    }
    return Goto(screen=ScreenName.DESK_GRANT, args=args)


def _seen(ctx: Context) -> tuple[int, int]:
    match ctx.args.get("seen"):
        case [int(batches), int(wishes)]:
            return batches, wishes
    raise NothingKnown


def _grant(ctx: Context) -> str:
    grant = Grant(
        vin=ctx.arg("vin"),
        office=office_of_grant(ctx.tx, ctx.admin, ctx.arg("vin")),
        batches=number_arg(ctx, "random"),
        wishes=number_arg(ctx, "compose"),
        expected=_seen(ctx),
        reason=ctx.arg("reason"),
        actor=ctx.actor,
    )
    grant_chances(ctx.tx, ctx.core.accounts, grant)
    return texts.granted(grant.vin)


def _grant_question(ctx: Context) -> str:
    batches, wishes = str(number_arg(ctx, "random")), str(number_arg(ctx, "compose"))
    vin = ctx.arg("vin")
    owners = [ctx.core.accounts.by_id(ctx.tx, one.account_id) for one in helped_by_grant(ctx.tx, vin)]
    everything = of_vehicle(ctx.tx, vin)
    office = ctx.core.offices.get(everything[0].office) if everything else None
    state = texts.vehicle_line(everything, remaining_quota(ctx.tx, office, vin) if office else None)
    return texts.grant_question(vin, (owners[:_MOST_OWNERS], state), batches, wishes, ctx.arg("reason"))


def _grave_grant(ctx: Context) -> GraveSubject:
    subject, everything = vehicle_subject(ctx.arg("vin")), of_vehicle(ctx.tx, ctx.arg("vin"))
    office = everything[0].office if everything else ctx.arg("office")
    return GraveSubject(act=GraveAct.GRANT, key=subject, subject=subject, office=office)


GRANT_QUESTION = Confirmation(
    name=ScreenName.DESK_GRANT,
    permission=Permission.GRANT,
    question_text=_grant_question,
    label=texts.GRANT,
    act=_grant,
    grave=_grave_grant,
)
GRANT = screen_of(GRANT_QUESTION)
