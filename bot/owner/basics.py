"""Step 1: office and plate kind, and the notice (docs/domain.md, section 3)."""

from bot.dialog.context import Scene
from bot.dialog.keyboards import in_columns, page_of
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Go, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting as common
from bot.owner.entry import entry, go_on
from bot.texts.owner import preselect
from core.errors import StepOutOfOrder
from core.values.plates import PlateKind

_OFFICES_A_PAGE = 16


def _show_basics(scene: Scene) -> View:
    account = scene.account
    offices = list(scene.core.offices.values())
    chosen = scene.office_of(scene.arg("office") or account.office or offices[0].code)
    may_change = account.user_type.selects_elsewhere and len(offices) > 1
    kinds = [Button(label=common.KINDS[kind](), action=ActionName.KIND, arg=kind) for kind in PlateKind]
    rows = list(in_columns(kinds, 1))
    if may_change:
        buttons = [
            Button(label=common.office_title(one), action=ActionName.OFFICE, arg=one.code)
            for one in offices
            if one.code != chosen.code
        ]
        page, turns = page_of(buttons, int(scene.arg("page") or 0), _OFFICES_A_PAGE)
        rows += in_columns(page, 2)
        rows += [tuple(turns)] if turns else []
    rows.append((Button(label=common.BACK(), action=ActionName.HOME),))
    return View(text=preselect.basics(offices, chosen, may_change=may_change), rows=rows)


def _choose(scene: Scene, kind: str) -> Go:
    account = scene.account
    office = scene.office_of(scene.arg("office") or account.office or "")
    scene.core.preselections.choose(scene.tx, account, office, PlateKind(kind))
    return Go(screen=ScreenName.NOTICE)


BASICS = Screen(
    name=ScreenName.BASICS,
    personal=True,
    show=_show_basics,
    buttons={
        ActionName.KIND: _choose,
        ActionName.OFFICE: lambda _scene, code: Go(screen=ScreenName.BASICS, args={"office": code}),
        ActionName.PAGE: lambda scene, page: Go(
            screen=ScreenName.BASICS, args={"office": scene.arg("office"), "page": page}
        ),
        ActionName.HOME: lambda _scene, _arg: Go(screen=ScreenName.HOME),
    },
)


def _show_notice(scene: Scene) -> View:
    begun = scene.preselection
    return View(
        text=preselect.notice(scene.office, begun.kind),
        rows=(
            (Button(label=preselect.AGREE_NOTICE(), action=ActionName.AGREE, style=Style.SUCCESS),),
            (Button(label=common.BACK(), action=ActionName.BASICS),),
        ),
    )


def _agree(scene: Scene, _arg: str) -> Go:
    scene.core.preselections.agree(scene.tx, scene.account, scene.preselection.preselection_id)
    return go_on(scene)


NOTICE = Screen(
    name=ScreenName.NOTICE,
    personal=True,
    show=_show_notice,
    buttons={
        ActionName.AGREE: _agree,
        ActionName.BASICS: lambda scene, _arg: Go(
            screen=ScreenName.BASICS, args={"office": scene.preselection.office}
        ),
    },
    errors={StepOutOfOrder: lambda scene, _error: entry(scene)},
)
SCREENS = (BASICS, NOTICE)
