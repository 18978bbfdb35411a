"""/clock: a chief confirms a clock that is in doubt."""

from bot.desk.confirmation import Confirmation, screen_of
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.texts.desk import clock as texts
from core.availability import clock_guard
from core.people.admins import Permission


def parse(ctx: Context, _arguments: str) -> Goto:
    """Go to the question whether the clock is right.

    Raises:
        ClockTrusted: the clock is not in doubt.
    """
    ctx.admin.require(Permission.CLOCK)
    state = clock_guard.validate_doubt(ctx.tx)
    return Goto(screen=ScreenName.DESK_CLOCK, args={"version": state.version})


def _question(ctx: Context) -> str:
    return texts.question(clock_guard.validate_doubt(ctx.tx), clock_guard.overdue(ctx.tx))


def _confirm(ctx: Context) -> str:
    version = ctx.args.get("version")
    clock_guard.confirm(ctx.tx, version if isinstance(version, int) else -1, ctx.actor)
    return texts.CONFIRMED()


CLOCK = screen_of(
    Confirmation(
        name=ScreenName.DESK_CLOCK,
        permission=Permission.CLOCK,
        question_text=_question,
        label=texts.RIGHT,
        act=_confirm,
    )
)
