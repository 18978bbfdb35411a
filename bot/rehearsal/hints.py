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
class _Stand:
    """The state that a hint depends on."""

    ctx: Context
    real_offices: Mapping[str, Office]
    code: str = field(repr=False)


def hint_of(screen: str, ctx: Context, real_offices: Mapping[str, Office], code: str) -> str:
    """Return the hint below a screen, as HTML; empty if it needs none."""
    known = SCREEN_NAMES.get(screen)
    hint = _HINTS.get(known) if known else None
    return hint(_Stand(ctx=ctx, real_offices=real_offices, code=code)) if hint else ""


def _first(stand: _Stand) -> str:
    return texts.all_hours(list(stand.real_offices.values()))


def _certificate(stand: _Stand) -> str:
    return texts.certificate(certificate_kind_asked(stand.ctx))


def _terms(stand: _Stand) -> str:
    return texts.hours(stand.real_offices[stand.ctx.office.code])


def _composing(stand: _Stand) -> str:
    office, kind = stand.ctx.office, stand.ctx.preselection.kind
    return texts.numbers(examples(office, kind))


def _done(stand: _Stand) -> str:
    ctx = stand.ctx
    try:
        reserved = get(ctx.tx, int(ctx.arg("id")))
    except (StepOutOfOrder, ValueError):
        return ""
    return texts.really(reserved, next_of(ctx.tx, reserved.subject))


_HINTS: Mapping[ScreenName, Callable[[_Stand], str]] = {
    ScreenName.HOME: _first,
    ScreenName.VIN: lambda _stand: texts.VEHICLE(),
    ScreenName.VIN_DOUBT: lambda _stand: texts.VEHICLE(),
    ScreenName.CERTIFICATE: _certificate,
    ScreenName.REVIEW: _terms,
    ScreenName.TERMS: _terms,
    ScreenName.CODE: lambda stand: texts.text_message(stand.code),
    ScreenName.COMPOSE: _composing,
    ScreenName.DONE: _done,
}
