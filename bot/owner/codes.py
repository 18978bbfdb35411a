"""The page for entering an SMS code, shared by the registration and step 4."""

import re
from datetime import timedelta

from bot.dialog.context import Context
from bot.dialog.effects import SendCode
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, stay
from bot.dialog.view import Button, View
from bot.texts.owner import codes, registration
from core.availability.clock_guard import ensure_trusted
from core.people.verification import CODE_DIGITS, CodeBinding
from core.values import labels
from core.values.text import clean, compact

_LONGEST = 500
_STEP = timedelta(seconds=15)
"""How often the page is redrawn while another code cannot be requested yet."""
_CODE = re.compile(f"(?<![0-9])[0-9]{{{CODE_DIGITS}}}(?![0-9])")


def request(ctx: Context, binding: CodeBinding, screen: ScreenName) -> Goto:
    """Request a code, and go to the page for entering it.

    Raises:
        ClockInDoubt: it could expire in a month, or have expired already.
    """
    ensure_trusted(ctx.tx)
    code_id = ctx.core.verification.request(ctx.tx, binding)
    return Goto(screen=screen, effects=(SendCode(code_id=code_id),))


def request_unless_sent(ctx: Context, binding: CodeBinding, screen: ScreenName) -> Goto:
    """Go to the page for entering a code; request one unless it is there already, or cannot be sent yet.

    An owner who comes back to a telephone within five minutes types the code that was sent to it. While
    another one may not be sent yet, the page shows for how long.

    Raises:
        ClockInDoubt: as ``request``.
    """
    current = ctx.core.verification.state_for(ctx.tx, binding)
    if current is not None and current.is_good(ctx.tx.now):
        return Goto(screen=screen, note=codes.still_good(binding.phone), sticky=True)
    if current is not None and current.resend_at > ctx.tx.now:
        return Goto(screen=screen)
    return request(ctx, binding, screen)


def page(ctx: Context, binding: CodeBinding, extra: tuple[Button, ...]) -> View:
    """Render the state of the code, with a button to request a new one."""
    state = ctx.core.verification.state_for(ctx.tx, binding)
    now = ctx.tx.now
    wait = max(timedelta(), state.resend_at - now) if state else timedelta()
    changes = [at for at in (state.resend_at, state.expires_at) if at > now] if state else []
    if state is not None and wait:
        changes.append(state.resend_at - _STEP * max(0, -(-wait // _STEP) - 1))
    resend = Button(label=registration.RESEND(), action=ActionName.RESEND)
    return View(
        text=codes.page(
            binding,
            state,
            wait=-int(-wait.total_seconds() // 1),
            over=state is not None and state.expires_at <= now,
        ),
        rows=(extra,) if wait else ((resend,), extra),
        redraw_at=min((at for at in changes if at > now), default=None),
    )


def digits(text: str) -> str:
    """Normalise a typed code: full-width digits, blanks, 「验证码:」, a text message with one code."""
    typed = text[:_LONGEST]
    codes = set(_CODE.findall(clean(typed)))
    return codes.pop() if len(codes) == 1 else compact(labels.without_label(typed, labels.CODE))


def wrong() -> Goto:
    """Report a wrong code; the page itself shows the attempts that are left."""
    return stay(note=codes.WRONG(), alert=True)
