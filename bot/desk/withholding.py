"""/withhold and /unwithhold: withholding numbers by a mask, which the pool bulletin shows."""

from collections.abc import Callable

from bot.desk.arguments import kind_of, mask_for, split_args
from bot.desk.confirmation import Confirmation, screen_of
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.dialog.view import Style
from bot.texts.desk import withholding as texts
from core.people.admins import Permission
from core.pool import releases
from core.pool import segments as pool_segments
from core.ports import Tx
from core.values.masks import Mask
from core.values.offices import Office
from core.values.plates import PlateKind

_WORDS = 3
_QUESTIONS = {"withhold": ScreenName.DESK_WITHHOLD, "unwithhold": ScreenName.DESK_UNWITHHOLD}


def _parse(ctx: Context, command: str, arguments: str, judge: Callable[[Tx, Office, Mask], None]) -> Goto:
    code, kind, mask = split_args(command, arguments, _WORDS)
    office = ctx.desk_office(code, Permission.WITHHOLD)
    meant = mask_for(office, kind_of(command, kind), mask)
    args = {"office": office.code, "kind": meant.kind.value, "mask": meant.pattern}
    judge(ctx.tx, office, meant)
    return Goto(screen=_QUESTIONS[command], args=args)


def parse_withhold(ctx: Context, arguments: str) -> Goto:
    """Parse /withhold 粤K small A888# and go to the question.

    Raises:
        Usage, MaskError: the arguments are malformed.
        AlreadyWithheld: there is nothing to change.
    """
    return _parse(ctx, "withhold", arguments, releases.validate_withhold)


def parse_unwithhold(ctx: Context, arguments: str) -> Goto:
    """Parse /unwithhold 粤K small A888# and go to the question.

    Raises:
        Usage, MaskError: the arguments are malformed.
        NotWithheld: there is nothing to change.
    """
    return _parse(ctx, "unwithhold", arguments, releases.validate_unwithhold)


def _meant(ctx: Context) -> tuple[Office, Mask]:
    office = ctx.office_of(ctx.arg("office"))
    return office, mask_for(office, PlateKind(ctx.arg("kind")), ctx.arg("mask"))


def _question(ctx: Context) -> str:
    office, mask = _meant(ctx)
    taken = ctx.read_snapshot(f"taken:{mask.pattern}", lambda tx: pool_segments.taken_of(tx, office, mask))
    return texts.withhold_question(office, mask, taken)


def _withhold(ctx: Context) -> str:
    office, mask = _meant(ctx)
    releases.withhold(ctx.tx, office, mask, ctx.actor)
    return texts.withheld(office, mask)


def _unquestion(ctx: Context) -> str:
    office, mask = _meant(ctx)
    after_restore = pool_segments.is_withheld_after_restore(ctx.tx, office, mask)
    return texts.unwithhold_question(office, mask, after_restore=after_restore)


def _unwithhold(ctx: Context) -> str:
    office, mask = _meant(ctx)
    releases.unwithhold(ctx.tx, office, mask, ctx.actor)
    return texts.unwithheld(office, mask)


WITHHOLD = screen_of(
    Confirmation(
        name=ScreenName.DESK_WITHHOLD,
        permission=Permission.WITHHOLD,
        question_text=_question,
        label=texts.WITHHOLD,
        act=_withhold,
        style=Style.DANGER,
    )
)
UNWITHHOLD = screen_of(
    Confirmation(
        name=ScreenName.DESK_UNWITHHOLD,
        permission=Permission.WITHHOLD,
        question_text=_unquestion,
        label=texts.UNWITHHOLD,
        act=_unwithhold,
    )
)
