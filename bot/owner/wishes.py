"""What owners want to be told: reminders of their deadline, openings, releases (/notify)."""

from bot.dialog.context import Scene
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Go, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting as common
from bot.texts.desk import broadcasts as broadcast
from bot.texts.owner import wishes
from core.notifications import broadcasts, subscriptions
from core.notifications import queue as notification_queue
from core.notifications.subscriptions import NO_KIND, Subscription, SubscriptionTopic
from core.values.offices import Office
from core.values.plates import PlateKind

_OFFICES_A_PAGE = 16


# --- reminders ------------------------------------------------------------------------------


def _days(scene: Scene) -> list[int]:
    office = scene.core.offices.get(scene.account.office or "")
    return sorted(days for days in (office.reminder_workdays if office else ()) if days > 0)


def _show_reminders(scene: Scene) -> View:
    days = _days(scene)
    wanted = notification_queue.reminders_wanted(scene.tx, scene.account.account_id)
    count = len(days) if wanted is None else min(wanted, len(days))
    choices = [
        Button(label=wishes.reminder_label(one, chosen=one == count), action=ActionName.COUNT, arg=str(one))
        for one in range(len(days) + 1)
    ]
    return View(
        text=wishes.reminders(days, count),
        rows=(*in_columns(choices, 1), (Button(label=common.BACK(), action=ActionName.MINE),)),
    )


def _count(scene: Scene, count: str) -> Go:
    scene.core.endings.wish_reminders(scene.tx, scene.account, int(count))
    return Go(screen=ScreenName.REMINDERS)


REMINDERS = Screen(
    name=ScreenName.REMINDERS,
    show=_show_reminders,
    buttons={ActionName.COUNT: _count, ActionName.MINE: lambda _scene, _arg: Go(screen=ScreenName.MINE)},
    hint=common.PRESS_HINT,
)


# --- subscriptions --------------------------------------------------------------------------


def _office(scene: Scene) -> Office:
    own = scene.account_or_none.office if scene.account_or_none else None
    return scene.office_of(scene.arg("office") or own or next(iter(scene.core.offices)))


def _wishes(office: Office) -> list[Subscription]:
    topics = [
        Subscription(office=office.code, kind=kind, topic=topic)
        for kind in PlateKind
        for topic in (SubscriptionTopic.RELEASE, SubscriptionTopic.COMPOSE)
    ]
    opening = Subscription(office=office.code, kind=NO_KIND, topic=SubscriptionTopic.OPENING)
    return topics if office.hours.always else [opening, *topics]


def _show_notify(scene: Scene) -> View:
    office = _office(scene)
    present = set(subscriptions.of_chat(scene.tx, scene.chat_id))
    buttons = [
        Button(
            label=wishes.topic_label(wish.topic, wish.kind, on=wish in present),
            action=ActionName.OFF if wish in present else ActionName.ON,
            arg=f"{wish.kind}.{wish.topic}",
        )
        for wish in _wishes(office)
    ]
    rows = list(in_columns(buttons, 1))
    muted = broadcasts.is_muted(scene.tx, scene.chat_id, office.code)
    told = Button(
        label=broadcast.told_label(muted=muted), action=ActionName.UNMUTE if muted else ActionName.MUTE
    )
    rows.append((told,))
    others = [
        Button(label=common.office_title(one), action=ActionName.OFFICE, arg=one.code)
        for one in scene.core.offices.values()
        if one.code != office.code
    ]
    page, turns = page_of(others, int(scene.arg("page") or 0), _OFFICES_A_PAGE)
    rows += in_columns(page, 2)
    rows += [tuple(turns)] if turns else []
    rows.append((Button(label=common.HOME(), action=ActionName.HOME),))
    return View(text=wishes.notify(office), rows=rows)


def _changed(scene: Scene, arg: str, *, on: bool) -> Go:
    office = _office(scene)
    kind, _, topic = arg.partition(".")
    wish = Subscription(office=office.code, kind=kind, topic=SubscriptionTopic(topic))
    change = subscriptions.subscribe if on else subscriptions.unsubscribe
    change(scene.tx, scene.chat_id, wish)
    return Go(screen=ScreenName.NOTIFY, args={"office": office.code})


def tell_opening(scene: Scene, office: Office) -> None:
    """Note that whoever asks wants to be told of an office's next opening."""
    wish = Subscription(office=office.code, kind=NO_KIND, topic=SubscriptionTopic.OPENING)
    subscriptions.subscribe(scene.tx, scene.chat_id, wish)


def unsubscribe(scene: Scene, arg: str) -> Go:
    """Take back a subscription, by the button under a notice: 粤K.small.release."""
    office, kind, topic = [*arg.split("."), "", ""][:3]
    if topic in set(SubscriptionTopic):
        wish = Subscription(office=office, kind=kind, topic=SubscriptionTopic(topic))
        subscriptions.unsubscribe(scene.tx, scene.chat_id, wish)
    return Go(screen=ScreenName.NOTIFY, args={"office": office} if office in scene.core.offices else {})


def mute(scene: Scene, office: str) -> Go:
    """Note that whoever asks does not want to be told what an office broadcasts."""
    if office not in scene.core.offices:
        return Go(screen=ScreenName.NOTIFY)
    broadcasts.mute(scene.tx, scene.chat_id, office)
    return Go(screen=ScreenName.NOTIFY, args={"office": office}, note=broadcast.muted(office), pinned=True)


def _mute(scene: Scene, _arg: str) -> Go:
    return mute(scene, _office(scene).code)


def _unmute(scene: Scene, _arg: str) -> Go:
    office = _office(scene)
    broadcasts.unmute(scene.tx, scene.chat_id, office.code)
    return Go(screen=ScreenName.NOTIFY, args={"office": office.code})


NOTIFY = Screen(
    name=ScreenName.NOTIFY,
    show=_show_notify,
    buttons={
        ActionName.ON: lambda scene, arg: _changed(scene, arg, on=True),
        ActionName.OFF: lambda scene, arg: _changed(scene, arg, on=False),
        ActionName.MUTE: _mute,
        ActionName.UNMUTE: _unmute,
        ActionName.OFFICE: lambda _scene, code: Go(screen=ScreenName.NOTIFY, args={"office": code}),
        ActionName.PAGE: lambda scene, page: Go(
            screen=ScreenName.NOTIFY, args={"office": scene.arg("office"), "page": page}
        ),
        ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME),
    },
    hint=common.PRESS_HINT,
)

SCREENS = (REMINDERS, NOTIFY)
