"""The list of the owner's preselections (docs/domain.md, section 6)."""

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting
from bot.owner import checking
from bot.owner.entry import entry, is_used_up
from bot.owner.holding import banner
from bot.owner.receipt import WITH_RECEIPT, to_receipt
from bot.texts import notifications as notices
from bot.texts.owner import checking as checking_texts
from bot.texts.owner import home, selecting, wishes
from core.notifications.queue import next_of
from core.people.blacklist import running
from core.preselection import Preselection, PreselectionState, of_account
from core.preselection.contradictions import contradiction_of

_MOST_LISTED = 10


def _show_mine(ctx: Context) -> View:
    entries = of_account(ctx.tx, ctx.account_or_none)[:_MOST_LISTED] if ctx.account_or_none else []
    receipts = [
        Button(
            label=selecting.entry_label(preselection),
            action=ActionName.RECEIPT,
            arg=str(preselection.preselection_id),
        )
        for preselection in entries
        if preselection.state in WITH_RECEIPT
    ]
    batches = checking.batch_buttons(ctx)
    held = banner(ctx)
    return View(
        text=held.text
        + _banned(ctx)
        + selecting.mine([_listed(ctx, preselection) for preselection in entries]),
        redraw_at=held.redraw_at,
        lifetime=held.lifetime,
        rows=(
            *held.rows,
            *in_columns(receipts, 1),
            *in_columns(batches, 1),
            *(((Button(label=checking_texts.VERIFY(), action=ActionName.VERIFY),),) if batches else ()),
            *(
                ((Button(label=wishes.REMINDERS(), action=ActionName.REMINDERS),),)
                if _is_waiting(entries)
                else ()
            ),
            (
                Button(label=home.PRESELECT(), action=ActionName.PRESELECT, style=Style.PRIMARY),
                Button(label=formatting.HOME(), action=ActionName.HOME),
            ),
        ),
    )


def _listed(ctx: Context, preselection: Preselection) -> selecting.Listed:
    waits = preselection.state == PreselectionState.RESERVED
    does_not_expire = waits and contradiction_of(ctx.tx, preselection.preselection_id) is not None
    reminder = None if does_not_expire or not waits else next_of(ctx.tx, preselection.subject)
    deadline = preselection.deadline
    return selecting.Listed(
        preselection=preselection,
        reminder=reminder,
        is_late=waits and deadline is not None and deadline < ctx.tx.now,
        does_not_expire=does_not_expire,
        is_used_up=is_used_up(ctx, preselection),
    )


def _banned(ctx: Context) -> str:
    """Return the heading for a banned owner, else an empty string."""
    ban = running(ctx.tx, ctx.account_or_none.identity_hash) if ctx.account_or_none else None
    if ban is None:
        return ""
    return notices.banned(ban.until, ban.reason, ctx.core.offices.get(ban.office)) + "\n\n"


def _is_waiting(entries: list[Preselection]) -> bool:
    return any(preselection.state == PreselectionState.RESERVED for preselection in entries)


MINE = Screen(
    name=ScreenName.MINE,
    show=_show_mine,
    buttons={
        ActionName.RECEIPT: to_receipt,
        ActionName.BATCH: checking.to_draw,
        ActionName.VERIFY: lambda _ctx, _arg: Goto(screen=ScreenName.VERIFY),
        ActionName.REMINDERS: lambda _ctx, _arg: Goto(screen=ScreenName.REMINDERS),
        ActionName.PRESELECT: lambda ctx, _arg: entry(ctx),
        ActionName.SELECT: lambda ctx, _arg: entry(ctx),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)

SCREENS = (MINE,)
