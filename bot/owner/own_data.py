"""/privacy, /export, /delete: one's own data: seen, corrected, exported, deleted."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.dialog.context import Context
from bot.dialog.effects import SendFile
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Lifetime, Style, View
from bot.i18n import formatting
from bot.owner.personal_data_export import to_html, to_json
from bot.owner.registration_steps import register_first
from bot.texts.owner import own_data as texts
from bot.texts.owner import registration, units
from core.errors.accounts import DeletionBlocked
from core.people.accounts import CONSENT_VERSION
from core.personal_data import Everything
from core.ports import Tx
from core.preselection import PreselectionState, of_account
from core.preselection.moving import ensure_not_held

_FORMS: dict[str, Callable[[Everything, datetime], bytes]] = {"html": to_html, "json": to_json}


def _home() -> Button:
    return Button(label=formatting.HOME(), action=ActionName.HOME)


# --- one's own data ---------------------------------------------------------------------------


def _show_privacy(ctx: Context) -> View:
    """Show one's own data, masked unless they were asked for in full; to a stranger the policy."""
    account = ctx.account_or_none
    if account is None:
        return _show_policy(ctx)
    full = ctx.arg("full") == "1"
    unit = account.is_unit
    change_name = units.CHANGE_NAME if unit else registration.CHANGE_NAME
    corrections = [
        Button(label=change_name(), action=ActionName.NAME),
        Button(label=registration.OTHER_PHONE(), action=ActionName.PHONE),
    ]
    if len(ctx.core.offices) > 1:
        corrections.append(Button(label=registration.CHANGE_OFFICE(), action=ActionName.OFFICE))
    show = (
        Button(label=texts.HIDE(), action=ActionName.HIDE)
        if full
        else Button(label=texts.SHOW(), action=ActionName.SHOW)
    )
    register = Button(label=texts.REGISTER(), action=ActionName.REGISTER, style=Style.PRIMARY)
    corrected = in_columns((show, *corrections), 2)
    first = corrected if account.is_registered else ((register,), (show,))
    vehicles = {one.vin for one in of_account(ctx.tx, account) if one.vin is not None and _counts(one.state)}
    office = ctx.core.offices.get(account.office or "")
    return View(
        text=texts.own_data(account, office, vehicles=len(vehicles), full=full),
        protected=full,
        lifetime=Lifetime.PASSING if full else Lifetime.PAGE,
        rows=(*first, *_ways(with_policy=True)),
    )


def _counts(state: PreselectionState) -> bool:
    return state not in {PreselectionState.CANCELLED, PreselectionState.EXPIRED, PreselectionState.VOID}


def _ways(*, with_policy: bool) -> tuple[tuple[Button, ...], ...]:
    files = (
        Button(label=texts.EXPORT(), action=ActionName.EXPORT),
        Button(label=texts.DELETE(), action=ActionName.DELETE),
    )
    policy = Button(label=texts.POLICY(), action=ActionName.POLICY)
    return (files, (policy, _home()) if with_policy else (_home(),))


def _register(ctx: Context, _arg: str) -> Goto:
    return register_first(ctx, ScreenName.PRIVACY, {})


def _corrects(screen: ScreenName) -> Goto:
    """Return the page of a correction, which comes back here."""
    return Goto(screen=screen, args={"back": ScreenName.PRIVACY.value})


def _change_office(ctx: Context, _arg: str) -> Goto:
    ensure_not_held(ctx.tx, ctx.account)
    return _corrects(ScreenName.REG_OFFICE)


def export(ctx: Context) -> Goto:
    """Send all data about the user as two files, read from a current snapshot."""
    chat_id, day = ctx.chat_id, ctx.today.isoformat()

    def read(tx: Tx) -> tuple[Everything, datetime]:
        return ctx.core.personal_data.read(tx, chat_id), tx.now

    def file(ending: str, then: SendFile | None = None) -> SendFile:
        return SendFile(
            name=f"xuanhao-{day}.{ending}",
            caption=texts.CAPTIONS[ending](),
            read=read,
            make=partial(_made, _FORMS[ending]),
            then=then,
        )

    readable_first = file("html", then=file("json"))
    return Goto(screen=ScreenName.PRIVACY, note=texts.EXPORTING(), effects=(readable_first,))


def _made(form: Callable[[Everything, datetime], bytes], found: tuple[Everything, datetime]) -> bytes:
    return form(*found)


_WAYS: dict[ActionName, Callable[[Context, str], Goto]] = {
    ActionName.EXPORT: lambda ctx, _arg: export(ctx),
    ActionName.DELETE: lambda _ctx, _arg: Goto(screen=ScreenName.DELETE),
    ActionName.PRIVACY: lambda _ctx, _arg: Goto(screen=ScreenName.PRIVACY),
    ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
}

PRIVACY = Screen(
    name=ScreenName.PRIVACY,
    show=_show_privacy,
    buttons={
        **_WAYS,
        ActionName.SHOW: lambda _ctx, _arg: Goto(screen=ScreenName.PRIVACY, args={"full": "1"}),
        ActionName.HIDE: lambda _ctx, _arg: Goto(screen=ScreenName.PRIVACY),
        ActionName.NAME: lambda _ctx, _arg: _corrects(ScreenName.REG_NAME),
        ActionName.PHONE: lambda _ctx, _arg: _corrects(ScreenName.REG_PHONE),
        ActionName.OFFICE: _change_office,
        ActionName.REGISTER: _register,
        ActionName.POLICY: lambda _ctx, _arg: Goto(screen=ScreenName.POLICY),
    },
    hint=formatting.PRESS_HINT,
)


def _show_policy(ctx: Context) -> View:
    register = (Button(label=texts.REGISTER(), action=ActionName.REGISTER),)
    back = (Button(label=formatting.BACK(), action=ActionName.PRIVACY), _home())
    known = ctx.account_or_none is not None
    return View(
        text=texts.privacy(list(ctx.core.offices.values()), CONSENT_VERSION),
        rows=(back,) if known else (register, *_ways(with_policy=False)),
    )


POLICY = Screen(
    name=ScreenName.POLICY,
    show=_show_policy,
    buttons={**_WAYS, ActionName.REGISTER: _register},
    hint=formatting.PRESS_HINT,
)


# --- deletion ---------------------------------------------------------------------------------


def _show_delete(ctx: Context) -> View:
    blockers = ctx.core.personal_data.deletion_blockers(ctx.tx, ctx.chat_id)
    back = Button(label=texts.KEEP() if not blockers else formatting.BACK(), action=ActionName.PRIVACY)
    if blockers:
        return View(text=texts.stays(blockers), rows=((back, _home()),))
    confirm = Button(label=texts.CONFIRM(), action=ActionName.CONFIRM, style=Style.DANGER)
    return View(text=texts.WHAT_IS_DELETED(), rows=((confirm, back),))


def _delete(ctx: Context, _arg: str) -> Goto:
    """Delete everything, including this conversation; the screen shown afterwards is not stored."""
    ctx.core.personal_data.delete(ctx.tx, ctx.chat_id)
    return Goto(screen=ScreenName.DELETED)


DELETE = Screen(
    name=ScreenName.DELETE,
    show=_show_delete,
    buttons={
        ActionName.CONFIRM: _delete,
        ActionName.PRIVACY: lambda _ctx, _arg: Goto(screen=ScreenName.PRIVACY),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
    errors={DeletionBlocked: lambda _ctx, _error: Goto(screen=ScreenName.DELETE)},
)

DELETED = Screen(name=ScreenName.DELETED, show=lambda _ctx: View(text=texts.DELETED()))

SCREENS = (PRIVACY, POLICY, DELETE, DELETED)
