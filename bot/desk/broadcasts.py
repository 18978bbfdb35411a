"""/broadcast: an office tells its owners something (docs/domain.md, section 13)."""

from datetime import timedelta
from functools import partial

from bot.desk.confirmation import WITHDRAWN
from bot.dialog.context import Scene
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Go, Screen
from bot.dialog.view import Button, Style, View
from bot.errors.commands import Usage
from bot.i18n import formatting as common
from bot.texts.desk import broadcasts as words
from bot.texts.desk import parts
from core.errors import BroadcastRunning, NothingKnown
from core.notifications import broadcasts
from core.notifications.broadcasts import Audience, Broadcast, BroadcastRequest
from core.people.admins import Permission

REDRAWN_EVERY = timedelta(seconds=5)


def ask(scene: Scene, rest: str) -> Go:
    """Lead from /broadcast 粤K TEXT to the choice of whom it is for; without a text to the one that runs.

    Raises:
        Usage: it is written in another way.
        BroadcastTextLong: the text is too long.
        BroadcastRunning: the office's last one has not ended.
    """
    code, *more = rest.split(maxsplit=1)
    office = scene.desk_office(code, Permission.BROADCAST)
    present = broadcasts.running_of(scene.tx, office.code)
    if not more:
        if present is None:
            raise Usage("broadcast")
        return _to_progress(present)
    text = broadcasts.validate_text(more[0])
    if present is not None:
        raise BroadcastRunning(present.broadcast_id)
    return Go(screen=ScreenName.DESK_BROADCAST_AUDIENCE, args={"office": office.code, "text": text})


def _reach(scene: Scene, office: str, audience: Audience) -> int:
    """Return how many would be told; many owners are counted beside the writers."""
    read = partial(broadcasts.reach, office=office, audience=audience)
    people: int = scene.beside(f"reach:{office}:{audience}", read)
    return people


def _to_progress(one: Broadcast) -> Go:
    return Go(screen=ScreenName.DESK_BROADCAST, args={"office": one.office, "id": one.broadcast_id})


# --- whom it is for -------------------------------------------------------------------------


def _show_audience(scene: Scene) -> View:
    scene.require(Permission.BROADCAST)
    office = scene.arg("office")
    people = {one: _reach(scene, office, one) for one in Audience}
    text, cancel = scene.arg("text"), (Button(label=parts.CANCEL(), action=ActionName.CANCEL),)
    if not any(people.values()):
        return View(text=words.to_nobody(office, text), rows=(cancel,))
    choices = [
        Button(label=words.audience_label(one, reached), action=ActionName.CHOOSE, arg=one)
        for one, reached in people.items()
    ]
    return View(text=words.preview(office, text), rows=(*in_columns(choices, 1), cancel))


def _choose(scene: Scene, arg: str) -> Go:
    scene.require(Permission.BROADCAST)
    return Go(screen=ScreenName.DESK_BROADCAST_ASK, args={**scene.args, "audience": Audience(arg)})


AUDIENCE = Screen(
    name=ScreenName.DESK_BROADCAST_AUDIENCE,
    show=_show_audience,
    buttons={
        ActionName.CHOOSE: _choose,
        ActionName.CANCEL: lambda _scene, _arg: Go(screen=ScreenName.HOME, note=parts.CANCELLED()),
    },
    hint=common.PRESS_HINT,
    errors=WITHDRAWN,
)


# --- the question ---------------------------------------------------------------------------


def _show_question(scene: Scene) -> View:
    scene.require(Permission.BROADCAST)
    office, audience = scene.arg("office"), Audience(scene.arg("audience"))
    people = _reach(scene, office, audience)
    cancel, back = (
        Button(label=parts.CANCEL(), action=ActionName.CANCEL),
        Button(label=common.BACK(), action=ActionName.BACK),
    )
    if not people:
        return View(text=words.to_nobody(office, scene.arg("text"), audience), rows=((back, cancel),))
    text = words.question(office, scene.arg("text"), audience, people)
    send = Button(label=words.SEND(), action=ActionName.DO, style=Style.DANGER)
    return View(text=text, rows=((send, cancel), (back,)))


def _send(scene: Scene, _arg: str) -> Go:
    scene.require(Permission.BROADCAST)
    request = BroadcastRequest(
        office=scene.arg("office"),
        audience=Audience(scene.arg("audience")),
        text=broadcasts.validate_text(scene.arg("text")),
        chat_id=scene.chat_id,
        actor=scene.actor,
    )
    return _to_progress(broadcasts.begin(scene.tx, request))


def _back(scene: Scene, _arg: str) -> Go:
    args = {"office": scene.arg("office"), "text": scene.arg("text")}
    return Go(screen=ScreenName.DESK_BROADCAST_AUDIENCE, args=args)


ASK = Screen(
    name=ScreenName.DESK_BROADCAST_ASK,
    show=_show_question,
    buttons={
        ActionName.DO: _send,
        ActionName.BACK: _back,
        ActionName.CANCEL: lambda _scene, _arg: Go(screen=ScreenName.HOME, note=parts.CANCELLED()),
    },
    hint=common.PRESS_HINT,
    errors=WITHDRAWN,
)


# --- how far it has come --------------------------------------------------------------------


def _meant(scene: Scene) -> Broadcast:
    number = scene.args.get("id")
    if not isinstance(number, int):
        raise NothingKnown
    one = broadcasts.get(scene.tx, number)
    scene.admin.require(Permission.BROADCAST, one.office)
    return one


def _show_progress(scene: Scene) -> View:
    one = _meant(scene)
    figures = broadcasts.figures(scene.tx, one)
    home = Button(label=common.HOME(), action=ActionName.HOME)
    buttons = [home]
    if one.state == broadcasts.BroadcastState.RUNNING:
        buttons.insert(0, Button(label=words.STOP(), action=ActionName.STOP, style=Style.DANGER))
    again = None if one.is_over else scene.tx.now + REDRAWN_EVERY
    return View(text=words.progress(one, figures), rows=(tuple(buttons),), redraw_at=again)


def _stop(scene: Scene, _arg: str) -> Go:
    stopped = broadcasts.stop(scene.tx, _meant(scene).broadcast_id, scene.actor)
    going = _to_progress(stopped)
    return Go(screen=going.screen, args=going.args, note=words.STOPPED(), pinned=True)


PROGRESS = Screen(
    name=ScreenName.DESK_BROADCAST,
    show=_show_progress,
    buttons={ActionName.STOP: _stop, ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME)},
    hint=common.PRESS_HINT,
)

SCREENS = (AUDIENCE, ASK, PROGRESS)
