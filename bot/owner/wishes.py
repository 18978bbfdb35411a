"""Notification settings: deadline reminders, office openings, releases (/notify)."""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen, stay
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.owner import wished_numbers
from bot.owner.office_choice import office_rows, shown_office
from bot.owner.receipt import to_receipt
from bot.texts.desk import broadcasts as broadcast_texts
from bot.texts.errors import of_error
from bot.texts.owner import checking, wishes
from bot.texts.owner import wished as wished_texts
from core.errors.base import XuanhaoError
from core.notifications import broadcasts, reminders, subscriptions
from core.notifications.subscriptions import Subscription, SubscriptionTopic
from core.reporting import checked_days

_CHECKED = "checked"  # the argument of the button for the outcome of yesterday's check, of all offices


# --- reminders ------------------------------------------------------------------------------


def _days(ctx: Context) -> list[int]:
    office = ctx.core.offices.get(ctx.account.office or "")
    return [] if office is None else reminders.early_reminders(office)


def _show_reminders(ctx: Context) -> View | Goto:
    if ctx.account_or_none is None:  # the button under a reminder outlives the account
        return Goto(screen=ScreenName.MINE)
    days = _days(ctx)
    wanted = reminders.reminders_wanted(ctx.tx, ctx.account.account_id)
    count = len(days) if wanted is None else min(wanted, len(days))
    choices = [
        Button(label=wishes.reminder_label(one, chosen=one == count), action=ActionName.COUNT, arg=str(one))
        for one in range(len(days) + 1)
    ]
    way = ActionName.RECEIPT if ctx.arg("id") else ActionName.MINE
    return View(
        text=wishes.reminders(days, count),
        rows=(*in_columns(choices, 1), (Button(label=formatting.BACK(), action=way),)),
    )


def _count(ctx: Context, count: str) -> Goto:
    ctx.core.deadlines.wish_reminders(ctx.tx, ctx.account, int(count))
    return Goto(screen=ScreenName.REMINDERS, args=dict(ctx.args))


REMINDERS = Screen(
    name=ScreenName.REMINDERS,
    show=_show_reminders,
    buttons={
        ActionName.COUNT: _count,
        ActionName.RECEIPT: lambda ctx, _arg: to_receipt(ctx, ctx.arg("id")),
        ActionName.MINE: lambda _ctx, _arg: Goto(screen=ScreenName.MINE),
    },
    hint=formatting.PRESS_HINT,
)


# --- subscriptions --------------------------------------------------------------------------


def _show_notify(ctx: Context) -> View:
    office = shown_office(ctx)
    current = set(subscriptions.of_chat(ctx.tx, ctx.chat_id))
    buttons = [
        Button(
            label=wishes.topic_label(wish.topic, wish.kind, on=wish in current),
            action=ActionName.OFF if wish in current else ActionName.ON,
            arg=f"{wish.kind}.{wish.topic}",
        )
        for wish in subscriptions.offered_at(office)
    ]
    rows = [(Button(label=wished_texts.OPEN(), action=ActionName.WISHED),), *in_columns(buttons, 1)]
    muted = broadcasts.is_muted(ctx.tx, ctx.chat_id, office.code)
    told = Button(
        label=broadcast_texts.told_label(muted=muted), action=ActionName.UNMUTE if muted else ActionName.MUTE
    )
    rows.append((told,))
    is_told = checked_days.is_subscribed(ctx.tx, ctx.chat_id)
    rows.append(
        (
            Button(
                label=checking.subscription_label(on=is_told),
                action=ActionName.OFF if is_told else ActionName.ON,
                arg=_CHECKED,
            ),
        )
    )
    others = (one for one in ctx.core.offices.values() if one.code != office.code)
    rows += office_rows(ctx, others, ActionName.OFFICE)
    rows.append((Button(label=formatting.HOME(), action=ActionName.HOME),))
    return View(text=wishes.notify(office), rows=rows)


def _changed(ctx: Context, arg: str, *, on: bool) -> Goto:
    office = shown_office(ctx)
    if arg == _CHECKED:
        (checked_days.subscribe if on else checked_days.unsubscribe)(ctx.tx, ctx.chat_id)
        return Goto(screen=ScreenName.NOTIFY, args={"office": office.code})
    kind, _, topic = arg.partition(".")
    wish = Subscription(office=office.code, kind=kind, topic=SubscriptionTopic(topic))
    change = subscriptions.subscribe if on else subscriptions.unsubscribe
    change(ctx.tx, ctx.chat_id, wish)
    return Goto(screen=ScreenName.NOTIFY, args={"office": office.code})


def tell_opening(ctx: Context, _arg: str) -> Goto:
    """Subscribe the chat to the next opening of the office at which its owner selects."""
    _await_opening(ctx)
    return stay(note=wishes.OPENING_NOTED())


def _await_opening(ctx: Context) -> None:
    subscriptions.subscribe(ctx.tx, ctx.chat_id, subscriptions.next_opening_of(ctx.office))


def turned_away(ctx: Context, error: XuanhaoError) -> Goto:
    """Subscribe an owner whom maintenance has turned away to the next opening, and say so."""
    _await_opening(ctx)
    return stay(note=wishes.turned_away(of_error(error)), alert=True)


def unsubscribe(ctx: Context, arg: str) -> Goto:
    """Cancel a subscription with the button under a notification; ``arg`` is like 粤K.small.release."""
    office, kind, topic = [*arg.split("."), "", ""][:3]
    if topic in set(SubscriptionTopic):
        wish = Subscription(office=office, kind=kind, topic=SubscriptionTopic(topic))
        subscriptions.unsubscribe(ctx.tx, ctx.chat_id, wish)
    return Goto(screen=ScreenName.NOTIFY, args={"office": office} if office in ctx.core.offices else {})


def mute(ctx: Context, office: str) -> Goto:
    """Mute the broadcasts of an office for the chat."""
    if office not in ctx.core.offices:
        return Goto(screen=ScreenName.NOTIFY)
    broadcasts.mute(ctx.tx, ctx.chat_id, office)
    return Goto(
        screen=ScreenName.NOTIFY, args={"office": office}, note=broadcast_texts.muted(office), sticky=True
    )


def _mute(ctx: Context, _arg: str) -> Goto:
    return mute(ctx, shown_office(ctx).code)


def _unmute(ctx: Context, _arg: str) -> Goto:
    office = shown_office(ctx)
    broadcasts.unmute(ctx.tx, ctx.chat_id, office.code)
    return Goto(screen=ScreenName.NOTIFY, args={"office": office.code})


NOTIFY = Screen(
    name=ScreenName.NOTIFY,
    show=_show_notify,
    buttons={
        ActionName.ON: lambda ctx, arg: _changed(ctx, arg, on=True),
        ActionName.OFF: lambda ctx, arg: _changed(ctx, arg, on=False),
        ActionName.WISHED: wished_numbers.to_page,
        ActionName.MUTE: _mute,
        ActionName.UNMUTE: _unmute,
        ActionName.OFFICE: lambda _ctx, code: Goto(screen=ScreenName.NOTIFY, args={"office": code}),
        ActionName.PAGE: lambda ctx, page: Goto(
            screen=ScreenName.NOTIFY, args={"office": ctx.arg("office"), "page": page}
        ),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)

SCREENS = (REMINDERS, NOTIFY)
