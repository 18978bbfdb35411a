"""/maintenance: closes phase 2 with a text."""

from bot.desk.arguments import office_at_start, office_meant, without_parting, word_at_start
from bot.desk.confirmation import Confirmation, screen_of
from bot.desk.keywords import Keyword, is_keyword, keyword_of
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Part, Usage
from bot.i18n import formatting
from bot.texts.desk import days as texts
from bot.texts.desk import parts
from core.availability import maintenance
from core.errors.offices import NotInMaintenance
from core.people.admins import EVERYWHERE, Permission

_SWITCHES = {Keyword.ON: ScreenName.DESK_MAINTENANCE_ON, Keyword.OFF: ScreenName.DESK_MAINTENANCE_OFF}


def parse_maintenance(ctx: Context, arguments: str) -> Goto:
    """Parse /maintenance 粤K|all on|off TEXT and go to the question; without on or off, say what runs.

    Raises:
        Usage: the arguments are malformed.
        NotInMaintenance: there is no maintenance to end.
        PersonalNumberInText: the text contains an identity number or a mobile number.
    """
    written, switch, text = _switched(arguments)
    if switch is None and text:
        raise Usage("maintenance", (Part.SWITCH,))
    if switch == Keyword.ON and not text:
        raise Usage("maintenance", (Part.TEXT,))
    shown = maintenance.parse_text(text)
    code = EVERYWHERE
    if not is_keyword(written, Keyword.ALL):
        code = office_meant(ctx, "maintenance", Permission.MAINTENANCE, written).code
    ctx.admin.require(Permission.MAINTENANCE, code)
    if switch is None:
        return Goto(screen=ScreenName.DESK_MAINTENANCE, args={"office": code})
    if switch == Keyword.OFF and not maintenance.text_of(ctx.tx, code):
        raise NotInMaintenance
    args = {"office": code, "text": shown, "seen": maintenance.text_of(ctx.tx, code)}
    return Goto(screen=_SWITCHES[switch], args=args)


def _switched(arguments: str) -> tuple[str, Keyword | None, str]:
    """Split the arguments of /maintenance into office or ``all``, the switch, and the text."""
    place, switch, left = "", None, without_parting(arguments)
    while left:
        word = word_at_start(left)
        if switch is None and (found := keyword_of(word, Keyword.ON, Keyword.OFF)):
            switch = found
        elif not place and (is_keyword(word, Keyword.ALL) or office_at_start(word)[0]):
            place = word
        else:
            break
        left = without_parting(left[len(word) :])
    return place, switch, left


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


def _show_state(ctx: Context) -> View:
    ctx.admin.require(Permission.MAINTENANCE, ctx.arg("office"))
    codes = list(dict.fromkeys((EVERYWHERE, ctx.arg("office"))))
    states = [(code, maintenance.text_of(ctx.tx, code)) for code in codes]
    ending = [
        Button(label=texts.end_label(code), action=ActionName.OFF, arg=code)
        for code, text in states
        if text and ctx.admin.may(Permission.MAINTENANCE, code)
    ]
    home = (Button(label=parts.MENU(), action=ActionName.BACK),)
    return View(text=texts.maintenance_states(states), rows=(*in_columns(ending, 1), home))


def _ask_to_end(ctx: Context, code: str) -> Goto:
    return parse_maintenance(ctx, f"{code or Keyword.ALL} {Keyword.OFF}")


MAINTENANCE = Screen(
    name=ScreenName.DESK_MAINTENANCE,
    show=_show_state,
    buttons={
        ActionName.OFF: _ask_to_end,
        ActionName.BACK: lambda _ctx, _arg: Goto(screen=ScreenName.DESK_MENU),
    },
    hint=formatting.PRESS_HINT,
)
