"""/privacy, /export, /delete: showing, exporting and deleting personal data (docs/domain.md, section 12)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.dialog.context import Context
from bot.dialog.effects import SendFile
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner.personal_data_export import to_html, to_json
from bot.texts.owner import own_data as texts
from core.clock import CHINA
from core.errors.accounts import DeletionBlocked
from core.people.accounts import CONSENT_VERSION
from core.personal_data import Everything
from core.ports import Tx

_FORMS: dict[str, Callable[[Everything, datetime], bytes]] = {"json": to_json, "html": to_html}


def _home() -> Button:
    return Button(label=formatting.HOME(), action=ActionName.HOME)


def _show_privacy(ctx: Context) -> View:
    return View(
        text=texts.privacy(list(ctx.core.offices.values()), CONSENT_VERSION),
        rows=(
            (
                Button(label=texts.EXPORT(), action=ActionName.EXPORT),
                Button(label=texts.DELETE(), action=ActionName.DELETE),
            ),
            (_home(),),
        ),
    )


def export(ctx: Context) -> Goto:
    """Send all data about the user as two files, read from a current snapshot."""
    chat_id, day = ctx.chat_id, f"{ctx.tx.now.astimezone(CHINA):%Y-%m-%d}"

    def read(tx: Tx) -> tuple[Everything, datetime]:
        return ctx.core.personal_data.read(tx, chat_id), tx.now

    files = [
        SendFile(
            name=f"xuanhao-{day}.{ending}", caption=texts.CAPTION(), read=read, make=partial(_made, form)
        )
        for ending, form in _FORMS.items()
    ]
    return Goto(screen=ScreenName.PRIVACY, note=texts.EXPORTING(), effects=tuple(files))


def _made(form: Callable[[Everything, datetime], bytes], found: tuple[Everything, datetime]) -> bytes:
    return form(*found)


PRIVACY = Screen(
    name=ScreenName.PRIVACY,
    show=_show_privacy,
    buttons={
        ActionName.EXPORT: lambda ctx, _arg: export(ctx),
        ActionName.DELETE: lambda _ctx, _arg: Goto(screen=ScreenName.DELETE),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)


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

SCREENS = (PRIVACY, DELETE, DELETED)
