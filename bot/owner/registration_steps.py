"""The order of the registration's pages: which comes next, which before, and what goes on after it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialog.context import Context
from bot.dialog.names import SCREEN_NAMES, ActionName, ScreenName
from bot.dialog.screen import Goto
from bot.dialog.view import Button
from bot.i18n import formatting
from bot.owner.entry import entry, registration_step
from bot.texts.owner import registration as texts

_CARRIED = ("then", "then_args", "back")
"""Arguments that every page hands on: what goes on afterwards, and the page that opened a correction."""


def register_first(ctx: Context, then: ScreenName, args: Mapping[str, str], note: str = "") -> Goto:
    """Return the next step of the registration, after which a page goes on that needs one."""
    go = entry(ctx)
    return replace(
        go, args={**go.args, "then": then.value, "then_args": dict(args)}, note=note, alert=bool(note)
    )


def carried(ctx: Context) -> dict[str, object]:
    return {name: ctx.args[name] for name in _CARRIED if name in ctx.args}


def to(ctx: Context, screen: ScreenName, **args: object) -> Goto:
    """Return a page of the registration, with the arguments that are handed on."""
    return Goto(screen=screen, args={**carried(ctx), **args})


def next_step(ctx: Context, note: str = "", *, sticky: bool = True) -> Goto:
    """Go to the first field that is missing, else to what asked for the registration or the correction."""
    ctx.refresh()
    account = ctx.account
    if not account.is_registered:
        go = registration_step(account)
        return Goto(screen=go.screen, args=carried(ctx), note=note, sticky=sticky)
    back, then = SCREEN_NAMES.get(ctx.arg("back")), SCREEN_NAMES.get(ctx.arg("then"))
    if back is not None:
        return Goto(screen=back, note=note, sticky=sticky)
    if then is not None:
        then_args = ctx.args.get("then_args")
        return Goto(
            screen=then, args=then_args if isinstance(then_args, dict) else {}, note=note, sticky=sticky
        )
    return replace(entry(ctx), note=note, sticky=sticky)


def is_correction(ctx: Context) -> bool:
    """Return whether nothing is missing, so that a page only corrects its field."""
    account = ctx.account
    if account.is_registered:
        return account.has_phone
    return registration_step(account).screen == ScreenName.REG_REVIEW


def previous(ctx: Context, here: ScreenName) -> Goto:
    """Return the page before this one; from a correction the page that it was opened from."""
    if is_correction(ctx):
        return next_step(ctx)
    before = {
        ScreenName.REG_NAME: ScreenName.REG_OFFICE,
        ScreenName.REG_IDENTITY: ScreenName.REG_NAME,
        ScreenName.REG_PHONE: ScreenName.REG_IDENTITY,
    }.get(here)
    if (
        before is None
        or ctx.account.is_registered
        or (here == ScreenName.REG_NAME and len(ctx.core.offices) == 1)
    ):
        return Goto(screen=ScreenName.HOME)
    return to(ctx, before)


def turns(ctx: Context, *, is_filled: bool) -> tuple[Button, ...]:
    """Return the button to the page before, and the one to the next if this page's field is filled in."""
    back = Button(label=formatting.BACK(), action=ActionName.BACK)
    if is_filled and not is_correction(ctx):
        return (back, Button(label=texts.NEXT(), action=ActionName.NEXT))
    return (back,)
