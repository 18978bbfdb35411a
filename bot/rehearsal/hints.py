"""Hints below the screens of a rehearsal: what to type, and what would happen in the real flow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.dialog.context import Context
from bot.dialog.names import SCREEN_NAMES, ScreenName
from bot.owner.vehicle import certificate_kind_asked
from bot.texts import rehearsal as texts
from core.errors.preselection import StepOutOfOrder
from core.notifications.queue import next_of
from core.preselection import get
from core.rehearsal import examples
from core.values.offices import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """The state that a hint depends on."""

    ctx: Context
    real_offices: Mapping[str, Office]
    code: str = field(repr=False)


def hint_of(screen: str, ctx: Context, real_offices: Mapping[str, Office], code: str) -> str:
    """Return the hint below a screen, as HTML; empty if it needs none."""
    known = SCREEN_NAMES.get(screen)
    hint = _HINTS.get(known) if known else None
    return hint(_State(ctx=ctx, real_offices=real_offices, code=code)) if hint else ""


def _first(state: _State) -> str:
    return texts.all_hours(list(state.real_offices.values()))


def _certificate(state: _State) -> str:
    return texts.certificate(certificate_kind_asked(state.ctx))


def _terms(state: _State) -> str:
    return texts.hours(state.real_offices[state.ctx.office.code])


def _composing(state: _State) -> str:
    office, kind = state.ctx.office, state.ctx.preselection.kind
    return texts.numbers(examples(office, kind))


def _done(state: _State) -> str:
    ctx = state.ctx
    try:
        reserved = get(ctx.tx, int(ctx.arg("id")))
    except (StepOutOfOrder, ValueError):
        return ""
    return texts.really(reserved, next_of(ctx.tx, reserved.subject))


_HINTS: Mapping[ScreenName, Callable[[_State], str]] = {
    ScreenName.HOME: _first,
    ScreenName.VIN: lambda _state: texts.VEHICLE(),
    ScreenName.VIN_DOUBT: lambda _state: texts.VEHICLE(),
    ScreenName.CERTIFICATE: _certificate,
    ScreenName.REVIEW: _terms,
    ScreenName.TERMS: _terms,
    ScreenName.CODE: lambda state: texts.text_message(state.code),
    ScreenName.COMPOSE: _composing,
    ScreenName.DONE: _done,
}
