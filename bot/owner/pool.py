"""【号池公示】, public and available before registration (docs/domain.md, sections 5.5 and 6)."""

import hashlib
from dataclasses import dataclass, replace

from bot.dialog.context import Context
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Goto, Screen
from bot.dialog.view import Button, View
from bot.i18n import formatting
from bot.i18n.formatting import units
from bot.owner.office_choice import office_rows, shown_office
from bot.pictures.bulletin import BulletinRow, BulletinSheet, bulletin_picture
from bot.texts.owner import bulletin as texts
from bot.texts.owner import checking
from bot.texts.owner.suspicion import RULES
from core.pool.bulletin import Bulletin, PublishedSegment, WithheldMask
from core.values.offices import Office
from core.values.plates import PlateKind

_ENTRIES_A_PAGE = 5
_LONGEST_CAPTION = 1000
"""Maximum UTF-16 units of a page; a caption may have 1,024."""
_SEEDS_A_PAGE = 8
"""Published seeds per page; with those of the days to come they fit a message of 4,096 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinPicture:
    """A page of 号池公示."""

    sheet: BulletinSheet

    @property
    def key(self) -> str:
        return f"bulletin:{hashlib.sha256(repr(self.sheet).encode()).hexdigest()}"

    def render(self) -> bytes:
        return bulletin_picture(self.sheet)


def _kind(ctx: Context) -> PlateKind:
    return PlateKind(ctx.arg("kind") or PlateKind.SMALL)


def _row(one: PublishedSegment | WithheldMask, bulletin: Bulletin) -> BulletinRow:
    if isinstance(one, WithheldMask):
        return BulletinRow(pattern=one.pattern, lines=texts.kept(one, bulletin.at))
    said: tuple[str, ...] = (texts.released(one, bulletin.at), *texts.ways(one, bulletin.at))
    said += (texts.set_by(one),) if texts.set_by(one) else ()
    if one.opens_at > bulletin.at:
        return BulletinRow(pattern=one.pattern, lines=said)
    about = one.left.about if one.left.is_told else None
    share = None if about is None else about / one.size
    return BulletinRow(
        pattern=one.pattern, lines=said, left=texts.left_of(one), share=share, note=texts.gone(one)
    )


def _sheet(
    office: Office, kind: PlateKind, bulletin: Bulletin, page: list[PublishedSegment | WithheldMask]
) -> BulletinSheet:
    return BulletinSheet(
        kind=kind,
        title=texts.title(office, kind),
        summary=texts.summary(bulletin),
        rows=tuple(_row(line, bulletin) for line in page),
        empty=texts.NOTHING_RELEASED(),
        footers=(texts.WHAT_SEED_IS(), texts.LEGEND()),
    )


def _pages(
    office: Office, kind: PlateKind, bulletin: Bulletin
) -> list[list[PublishedSegment | WithheldMask]]:
    """Split the entries into pages that fit a caption: reasons may be long."""
    pages: list[list[PublishedSegment | WithheldMask]] = [[]]
    entries: list[PublishedSegment | WithheldMask] = [*bulletin.lines, *bulletin.withheld, *bulletin.ended]
    for one in entries:
        page = [*pages[-1], one]
        longest = units(formatting.plain(texts.caption(office, kind, bulletin, page)))
        if pages[-1] and (len(page) > _ENTRIES_A_PAGE or longest > _LONGEST_CAPTION):
            pages.append([one])
        else:
            pages[-1] = page
    return pages


def _show(ctx: Context) -> View:
    office, kind = shown_office(ctx), _kind(ctx)
    bulletin = ctx.core.bulletins.read(ctx.tx, office, kind)
    pages = _pages(office, kind, bulletin)
    pages_shown, turns = page_of(pages, int(ctx.arg("page") or 0), 1)
    page = pages_shown[0]
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
            (
                Button(label=checking.SEEDS_AND_RECORD(), action=ActionName.SEEDS),
                Button(label=texts.SUBSCRIBE(), action=ActionName.NOTIFY),
            ),
            (Button(label=RULES(), action=ActionName.RULES),),
            (more, out) if len(ctx.core.offices) > 1 else (out,),
        ),
    )


def _here(ctx: Context, **changed: str) -> Goto:
    here = {"office": shown_office(ctx).code, "kind": _kind(ctx).value}
    return Goto(screen=ScreenName.POOL, args={**here, **changed})


POOL = Screen(
    name=ScreenName.POOL,
    show=_show,
    buttons={
        ActionName.KIND: lambda ctx, kind: _here(ctx, kind=kind),
        ActionName.PAGE: lambda ctx, page: _here(ctx, page=page),
        ActionName.SEEDS: lambda ctx, _arg: replace(_here(ctx), screen=ScreenName.POOL_SEEDS),
        ActionName.OFFICES: lambda ctx, _arg: Goto(
            screen=ScreenName.POOL_OFFICES, args={"kind": _kind(ctx).value}
        ),
        ActionName.NOTIFY: lambda ctx, _arg: Goto(
            screen=ScreenName.NOTIFY, args={"office": shown_office(ctx).code}
        ),
        ActionName.RULES: lambda ctx, _arg: Goto(
            screen=ScreenName.SUSPICION_RULES,
            args={"office": shown_office(ctx).code, "kind": _kind(ctx).value},
        ),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)


def _show_offices(ctx: Context) -> View:
    offices = office_rows(ctx, ctx.core.offices.values(), ActionName.OFFICE)
    out = (Button(label=formatting.HOME(), action=ActionName.HOME),)
    return View(text=texts.OFFICES(), rows=(*offices, out))


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


def _show_seeds(ctx: Context) -> View:
    office, kind, page = shown_office(ctx), _kind(ctx), int(ctx.arg("page") or 0)
    found = ctx.core.bulletins.read_seeds(
        ctx.tx, office, kind, skipped=page * _SEEDS_A_PAGE, most=_SEEDS_A_PAGE
    )
    _page, turns = page_of(range(found.count), page, _SEEDS_A_PAGE)
    return View(
        text=checking.seeds(office, kind, found, ctx.tx.now, first_page=not page),
        rows=(
            *((tuple(turns),) if turns else ()),
            (Button(label=checking.VERIFY(), action=ActionName.VERIFY),),
            (
                Button(label=checking.BACK_TO_BULLETIN(), action=ActionName.POOL),
                Button(label=formatting.HOME(), action=ActionName.HOME),
            ),
        ),
    )


POOL_SEEDS = Screen(
    name=ScreenName.POOL_SEEDS,
    show=_show_seeds,
    buttons={
        ActionName.PAGE: lambda ctx, page: replace(_here(ctx, page=page), screen=ScreenName.POOL_SEEDS),
        ActionName.POOL: lambda ctx, _arg: _here(ctx),
        ActionName.VERIFY: lambda _ctx, _arg: Goto(screen=ScreenName.VERIFY),
        ActionName.HOME: lambda _ctx, _arg: Goto(screen=ScreenName.HOME),
    },
    hint=formatting.PRESS_HINT,
)

SCREENS = (POOL, POOL_OFFICES, POOL_SEEDS)
