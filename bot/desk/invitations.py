"""A one-time link that gives a role: ``/start admin_TOKEN`` asks once, and its button gives the role."""

from bot.desk.confirmation import WITHDRAWN
from bot.dialog.context import Context
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.texts.desk import parts
from bot.texts.desk import staff as texts
from core.people.invitations import digest_of


def opened(ctx: Context, token: str) -> Goto:
    """Go to the question for the link with this token.

    Raises:
        RoleHeld, InvitationUsed, InvitationExpired, InvitationUnknown: the link gives nothing to this chat.
    """
    digest = digest_of(token)
    ctx.core.invitations.require(ctx.tx, digest, ctx.chat_id)
    return Goto(screen=ScreenName.INVITATION, args={"link": digest})


def _show(ctx: Context) -> View:
    found = ctx.core.invitations.require(ctx.tx, ctx.arg("link"), ctx.chat_id)
    buttons = (
        Button(label=texts.ACCEPT(), action=ActionName.DO, style=Style.PRIMARY),
        Button(label=parts.KEEP(), action=ActionName.CANCEL),
    )
    return View(text=texts.invitation_question(found.assignment, found.valid_until), rows=(buttons,))


def _accept(ctx: Context, _arg: str) -> Goto:
    assignment = ctx.core.invitations.accept(ctx.tx, ctx.arg("link"), ctx.chat_id)
    ctx.refresh()
    ctx.note_name()
    return Goto(screen=ScreenName.HOME, note=texts.invitation_accepted(assignment), sticky=True)


INVITATION = Screen(
    name=ScreenName.INVITATION,
    show=_show,
    buttons={
        ActionName.DO: _accept,
        ActionName.CANCEL: lambda _ctx, _arg: Goto(
            screen=ScreenName.HOME, note=texts.INVITATION_LEFT(), sticky=True
        ),
    },
    hint=formatting.PRESS_HINT,
    errors=WITHDRAWN,
)
