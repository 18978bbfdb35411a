"""【显示完整信息】, 【显示电话】: an owner in full, for two minutes and for a reason that is recorded.

The message cannot be forwarded, and is deleted when its page is left or its time is over. The data are read
for each rendering; neither they nor a typed reason with personal numbers are stored.
"""

from datetime import datetime
from functools import partial

from bot.desk.appeal_access import record_look
from bot.desk.confirmation import GONE, return_to_origin
from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Lifetime, View
from bot.i18n import formatting
from bot.pictures.cards import evidence
from bot.texts.desk import full_view as texts
from core.appeals import Appeal
from core.audit import SubjectKind
from core.errors.base import Refusal
from core.errors.desk import NothingKnown
from core.reporting.disclosure import SHOWN_FOR, Disclosable, DisclosedPart, DisclosureReason
from core.values.reasons import parse_reason


def _part(ctx: Context) -> DisclosedPart:
    """Return what is to be shown.

    Raises:
        NothingKnown: the button says something else.
    """
    if ctx.arg("part") not in set(DisclosedPart):
        raise NothingKnown
    return DisclosedPart(ctx.arg("part"))


def _find(ctx: Context) -> Disclosable:
    return ctx.core.disclosures.find(ctx.tx, ctx.admin, ctx.arg("what"), _part(ctx))


def _show_why(ctx: Context) -> View:
    found, part = _find(ctx), _part(ctx)
    reasons = [
        Button(label=texts.REASONS[reason](), action=ActionName.REASON, arg=reason)
        for reason in texts.OFFERED[part]
    ]
    back = Button(label=formatting.BACK(), action=ActionName.BACK)
    return View(text=texts.why(found.account, part, found.other), rows=(*in_columns(reasons, 1), (back,)))


def _because(ctx: Context, why: str) -> Goto:
    """Record the look and its reason, and show the owner."""
    found = ctx.core.disclosures.disclose(ctx.tx, ctx.admin, ctx.arg("what"), _part(ctx), why, ctx.actor)
    until = ctx.tx.now + SHOWN_FOR
    args = {**ctx.args, "until": until.isoformat()}
    if found.other is not None:
        args["other"] = found.other.preselection.subject
    return Goto(screen=ScreenName.DESK_PERSON, args=args)


def _pressed(ctx: Context, reason: str) -> Goto:
    if reason not in set(DisclosureReason):
        raise NothingKnown
    return _because(ctx, reason)


def _typed(ctx: Context, text: str) -> Goto:
    return _because(ctx, parse_reason(text))


WHY = Screen(
    name=ScreenName.DESK_PERSON_WHY,
    show=_show_why,
    buttons={
        ActionName.REASON: _pressed,
        ActionName.BACK: lambda ctx, _arg: return_to_origin(ctx, ""),
    },
    text=_typed,
    hint=texts.WHY_HINT,
    errors=GONE,
)


def _until(ctx: Context) -> datetime:
    return datetime.fromisoformat(ctx.arg("until"))


def _show_person(ctx: Context) -> View | Goto:
    if ctx.tx.now >= _until(ctx):
        return _hide(ctx)
    try:
        found = _find(ctx)
    except Refusal:  # the role was taken away, or it is decided
        return return_to_origin(ctx, "")
    appeal, other = _appeal(ctx), found.other
    if other is not None and other.preselection.subject != ctx.arg("other"):
        other = None  # somebody else by now: no look at them was recorded
    return View(
        text=texts.person(found.account, _part(ctx), other),
        picture=evidence(ctx.core.photos, appeal) if appeal else None,
        rows=((Button(label=texts.HIDE(), action=ActionName.HIDE),),),
        protected=True,
        lifetime=Lifetime.PASSING,
        redraw_at=_until(ctx),
        on_delivered=partial(record_look, appeal) if appeal else None,
    )


def _appeal(ctx: Context) -> Appeal | None:
    """Return the appeal whose photos are compared with the data; they stand above them."""
    kind, _, number = ctx.arg("what").partition(":")
    return ctx.core.appeals.get(ctx.tx, int(number)) if kind == SubjectKind.APPEAL else None


def _hide(ctx: Context) -> Goto:
    return return_to_origin(ctx, texts.HIDDEN())


def _time_is_over(ctx: Context) -> Goto | None:
    return _hide(ctx) if ctx.tx.now >= _until(ctx) else None


PERSON = Screen(
    name=ScreenName.DESK_PERSON,
    show=_show_person,
    buttons={ActionName.HIDE: lambda ctx, _arg: return_to_origin(ctx, "")},
    timer=_time_is_over,
    hint=formatting.PRESS_HINT,
    errors=GONE,
)

SCREENS = (WHY, PERSON)
