"""/maintenance: closes phase 2 with a text."""

from bot.desk.confirmation import Confirmation, screen_of
from bot.dialog.context import Context
from bot.dialog.names import ScreenName
from bot.dialog.screen import Goto
from bot.dialog.view import Style
from bot.errors.commands import Usage
from bot.texts.desk import days as texts
from core.availability import maintenance
from core.errors.offices import NotInMaintenance
from core.people.admins import EVERYWHERE, Permission
from core.values.personal_numbers import ensure_no_personal_number

_ALL = "all"
_SWITCHES = {"on": ScreenName.DESK_MAINTENANCE_ON, "off": ScreenName.DESK_MAINTENANCE_OFF}
_LONGEST_TEXT = 500


def parse_maintenance(ctx: Context, arguments: str) -> Goto:
    """Parse /maintenance 粤K|all on|off TEXT and go to the question.

    Raises:
        Usage: the arguments are malformed.
        NotInMaintenance: there is no maintenance to end.
        PersonalNumberInText: the text contains an identity number or a mobile number.
    """
    words = arguments.split(maxsplit=2)
    switch, text = "".join(words[1:2]).lower(), "".join(words[2:])
    if switch not in _SWITCHES or (switch == "on" and not text):
        raise Usage("maintenance")
    ensure_no_personal_number(text, allow_landlines=True)
    code = EVERYWHERE
    if words[0].lower() != _ALL:
        code = ctx.desk_office(words[0], Permission.MAINTENANCE).code
    ctx.admin.require(Permission.MAINTENANCE, code)
    if switch == "off" and not maintenance.text_of(ctx.tx, code):
        raise NotInMaintenance
    shown = " ".join(text.split())[:_LONGEST_TEXT]
    args = {"office": code, "text": shown, "seen": maintenance.text_of(ctx.tx, code)}
    return Goto(screen=_SWITCHES[switch], args=args)


def _begin(ctx: Context) -> str:
    office, text = ctx.arg("office"), ctx.arg("text")
    maintenance.begin(ctx.tx, office, text, ctx.actor, expected=ctx.arg("seen"))
    return texts.maintenance_begun(ctx.arg("office"))


def _over_question(ctx: Context) -> str:
    code = ctx.arg("office")
    restoration = maintenance.open_restoration(ctx.tx) if code == EVERYWHERE else None
    return texts.maintenance_over_question(code, restoration)


def _end(ctx: Context) -> str:
    maintenance.end(ctx.tx, ctx.arg("office"), ctx.actor)
    return texts.maintenance_ended(ctx.arg("office"))


MAINTENANCE_ON = screen_of(
    Confirmation(
        name=ScreenName.DESK_MAINTENANCE_ON,
        permission=Permission.MAINTENANCE,
        question_text=lambda ctx: texts.maintenance_question(
            ctx.arg("office"), ctx.arg("text"), ctx.arg("seen")
        ),
        label=texts.MAINTENANCE_ON,
        act=_begin,
        style=Style.DANGER,
    )
)
MAINTENANCE_OFF = screen_of(
    Confirmation(
        name=ScreenName.DESK_MAINTENANCE_OFF,
        permission=Permission.MAINTENANCE,
        question_text=_over_question,
        label=texts.MAINTENANCE_OFF,
        act=_end,
        style=Style.SUCCESS,
    )
)
