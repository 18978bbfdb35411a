"""【号池公示】, public and available before registration (docs/domain.md, sections 5.5 and 6)."""

import hashlib
from dataclasses import dataclass

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.pictures.bulletin import BulletinRow, BulletinSheet, bulletin_picture
from bot.texts.owner import bulletin as texts
from bot.texts.owner.suspicion import RULES
from core.pool.bulletin import Bulletin, PublishedSegment, WithheldMask
from core.values.offices import Office
from core.values.plates import PlateKind

_ENTRIES_A_PAGE = 5
"""Maximum entries per page; with the longest entries they still fit a caption of 1,024 characters."""
_OFFICES_A_PAGE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinPicture:
    """A page of 号池公示."""

    sheet: BulletinSheet

    @property
    def key(self) -> str:
        return f"bulletin:{hashlib.sha256(repr(self.sheet).encode()).hexdigest()}"

    def render(self) -> bytes:
        return bulletin_picture(self.sheet)


def _office(ctx: Context) -> Office:
    own = (
        ctx.account_or_none.office
        if ctx.account_or_none and ctx.account_or_none.office in ctx.core.offices
        else None
    )
    return ctx.office_of(ctx.arg("office") or own or next(iter(ctx.core.offices)))


def _kind(ctx: Context) -> PlateKind:
    return PlateKind(ctx.arg("kind") or PlateKind.SMALL)


def _row(one: PublishedSegment | WithheldMask, bulletin: Bulletin) -> BulletinRow:
    if isinstance(one, WithheldMask):
        return BulletinRow(pattern=one.pattern, lines=(texts.kept(one, bulletin.at),))
    said = (texts.released(one, bulletin.at), *texts.ways(one, bulletin.at))
    if one.opens_at > bulletin.at:
        return BulletinRow(pattern=one.pattern, lines=said)
    about = one.left.about if one.left.is_told else None
    share = None if about is None else about / one.size
    return BulletinRow(pattern=one.pattern, lines=said, left=texts.left_of(one), share=share)


def _sheet(
    office: Office, kind: PlateKind, bulletin: Bulletin, page: list[PublishedSegment | WithheldMask]
) -> BulletinSheet:
    seeds = [f"{said.lstrip('🔐🔓 ')}\n{value}" for said, value in texts.seed_lines(bulletin)]
    return BulletinSheet(
        kind=kind,
        title=texts.title(office, kind),
        summary=texts.summary(bulletin),
        rows=tuple(_row(line, bulletin) for line in page),
        empty=texts.NOTHING_RELEASED(),
        footers=(*seeds, texts.WHAT_SEED_IS(), texts.LEGEND()),
    )


def _show(ctx: Context) -> View:
    office, kind = _office(ctx), _kind(ctx)
    bulletin = ctx.core.bulletins.read(ctx.tx, office, kind)
    entries: list[PublishedSegment | WithheldMask] = [*bulletin.lines, *bulletin.withheld]
    page, turns = page_of(entries, int(ctx.arg("page") or 0), _ENTRIES_A_PAGE)
    kinds = [
        Button(
            label=("● " if plate_kind == kind else "") + formatting.KINDS[plate_kind](),
            action=ActionName.KIND,
            arg=plate_kind,
        )
        for plate_kind in PlateKind
    ]
    more = Button(label=texts.OTHER_OFFICE(), action=ActionName.OFFICES)
    out = Button(label=formatting.HOME(), action=ActionName.HOME)
    return View(
        text=texts.caption(office, kind, bulletin, page),
        picture=BulletinPicture(sheet=_sheet(office, kind, bulletin, page)),
        rows=(
            *((tuple(turns),) if turns else ()),
            *in_columns(kinds, 1),
            (Button(label=texts.SUBSCRIBE(), action=ActionName.NOTIFY),),
            (Button(label=RULES(), action=ActionName.RULES),),
            (more, out) if len(ctx.core.offices) > 1 else (out,),
        ),
    )


def _here(ctx: Context, **changed: str) -> Goto:
    here = {"office": _office(ctx).code, "kind": _kind(ctx).value}
    return Goto(screen=ScreenName.POOL, args={**here, **changed})


POOL = Screen(
    name=ScreenName.POOL,
    show=_show,
    buttons={
        ActionName.KIND: lambda ctx, kind: _here(ctx, kind=kind),
        ActionName.PAGE: lambda ctx, page: _here(ctx, page=page),
        ActionName.OFFICES: lambda ctx, _arg: Goto(
            screen=ScreenName.POOL_OFFICES, args={"kind": _kind(ctx).value}
        ),
        ActionName.NOTIFY: lambda ctx, _arg: Goto(
            screen=ScreenName.NOTIFY, args={"office": _office(ctx).code}
        ),
        ActionName.RULES: lambda ctx, _arg: Goto(
            screen=ScreenName.SUSPICION_RULES,
            args={"office": _office(ctx).code, "kind": _kind(ctx).value},
        ),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)


def _show_offices(ctx: Context) -> View:
    buttons = [
        Button(label=formatting.office_title(office), action=ActionName.OFFICE, arg=office.code)
        for office in ctx.core.offices.values()
    ]
    page, turns = page_of(buttons, int(ctx.arg("page") or 0), _OFFICES_A_PAGE)
    out = (Button(label=formatting.HOME(), action=ActionName.HOME),)
    return View(text=texts.OFFICES(), rows=(*in_columns(page, 2), *((tuple(turns),) if turns else ()), out))


POOL_OFFICES = Screen(
    name=ScreenName.POOL_OFFICES,
    show=_show_offices,
    buttons={
        ActionName.OFFICE: lambda ctx, code: Goto(
            screen=ScreenName.POOL, args={"office": code, "kind": ctx.arg("kind")}
        ),
        ActionName.PAGE: lambda ctx, page: Goto(
            screen=ScreenName.POOL_OFFICES, args={**ctx.args, "page": page}
        ),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)

SCREENS = (POOL, POOL_OFFICES)
