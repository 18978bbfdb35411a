"""The page for entering an SMS code, shared by the registration and step 4."""

import re
from datetime import timedelta

from bot.dialog.context import Context
from bot.dialog.effects import SendCode
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, stay
from bot.dialog.view import Button, View
from bot.texts.owner import registration
from core.availability.clock_guard import ensure_trusted
from core.people.verification import CheckResult, CodeBinding, CodePurpose
from core.values import labels
from core.values.text import clean, compact

_LONGEST = 500
_CODE = re.compile("(?<![0-9])[0-9]{6}(?![0-9])")


def request(ctx: Context, binding: CodeBinding, screen: ScreenName) -> Goto:
    """Request a code, and go to the page for entering it.

    Raises:
        ClockInDoubt: it could expire in a month, or have expired already.
    """
    ensure_trusted(ctx.tx)
    code_id = ctx.core.verification.request(ctx.tx, binding)
    return Goto(screen=screen, effects=(SendCode(code_id=code_id),))


def page(ctx: Context, purpose: CodePurpose, phone: str, extra: tuple[Button, ...]) -> View:
    """Render the state of the code, with a button to request a new one."""
    state = ctx.core.verification.state(ctx.tx, ctx.account, purpose)
    now = ctx.tx.now
    wait = max(timedelta(), state.resend_at - now) if state else timedelta()
    can_resend = not wait
    changes = [at for at in (state.resend_at, state.expires_at) if at > now] if state else []
    resend = Button(label=registration.RESEND(), action=ActionName.RESEND)
    return View(
        text=registration.code(
            phone,
            state,
            now_resend=-int(-wait.total_seconds() // 1),
            over=state is not None and state.expires_at <= now,
        ),
        rows=((resend,), extra) if can_resend else (extra,),
        redraw_at=min(changes, default=None),
    )


def digits(text: str) -> str:
    """Normalise a typed code: full-width digits, blanks, 「验证码:」, a text message with one code."""
    typed = text[:_LONGEST]
    codes = set(_CODE.findall(clean(typed)))
    return codes.pop() if len(codes) == 1 else compact(labels.without_label(typed, labels.CODE))


def wrong(result: CheckResult) -> Goto:
    """Report a wrong code, with the attempts that are left."""
    return stay(note=registration.wrong_code(result.tries_left), alert=True)
