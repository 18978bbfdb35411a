"""Self-composed selection: wishes, what they may cost, the try (docs/domain.md, section 5.2)."""

from collections.abc import Sequence

from bot.dialog.context import Scene
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import Go, Screen
from bot.dialog.view import Button, Style, View
from bot.i18n import formatting as common
from bot.owner.entry import step_of
from bot.owner.selecting import ERRORS
from bot.texts.owner import selecting
from core.errors import NoWishes, NoWishesLeft, OfficeClosed
from core.preselection import PreselectionState, lease_until
from core.preselection.selection import failed_before, remaining_quota, validate_wishes
from core.values.plates import split_wishes

_MOST_READ = 20


def _args(scene: Scene, wishes: Sequence[str], suggestions: Sequence[str] = ()) -> dict[str, object]:
    return {
        "wishes": list(wishes),
        "ideas": list(suggestions),
        "without_four": bool(scene.args.get("without_four")),
    }


def _back_to_random(scene: Scene, _arg: str) -> Go:
    return Go(screen=ScreenName.SELECTING, args={"without_four": bool(scene.args.get("without_four"))})


def _show(scene: Scene) -> View | Go:
    begun, office = scene.preselection, scene.office
    if begun.state != PreselectionState.VERIFIED:
        return step_of(scene, begun)
    lease = lease_until(scene.tx, begun)
    if lease is None:
        return _back_to_random(scene, "")
    left, wishes = remaining_quota(scene.tx, office, begun.required_vin), scene.list_arg("wishes")
    if left.none:
        return Go(screen=ScreenName.USED_UP)
    rows = list(
        in_columns(
            [
                Button(label=f"❌ {common.plate(office.code, wish)}", action=ActionName.REMOVE, arg=wish)
                for wish in wishes
            ],
            2,
        )
    )
    suggestions = [idea for idea in scene.list_arg("ideas") if idea not in wishes]
    rows += in_columns(
        [
            Button(label=f"💡 {common.plate(office.code, idea)}", action=ActionName.ADD, arg=idea)
            for idea in suggestions
        ],
        2,
    )
    if wishes:
        rows.append(
            (
                Button(label=selecting.SUBMIT(), action=ActionName.SUBMIT, style=Style.PRIMARY),
                Button(label=selecting.CLEAR(), action=ActionName.CLEAR),
            )
        )
    rows.append((Button(label=selecting.BACK_TO_RANDOM(), action=ActionName.RANDOM),))
    return View(text=selecting.composing(office, begun.kind, left, wishes), rows=rows, redraw_at=lease)


def _typed(scene: Scene, typed: str) -> Go:
    return _with(scene, split_wishes(typed, limit=_MOST_READ))


def _with(scene: Scene, more: Sequence[str]) -> Go:
    """Add wishes to those that are there, if all of them can be made."""
    if not more:
        raise NoWishes
    present = scene.list_arg("wishes")
    wishes = validate_wishes(scene.tx, scene.office, scene.preselection, [*present, *more])
    return Go(screen=ScreenName.COMPOSE, args=_args(scene, wishes, scene.list_arg("ideas")))


def _without(scene: Scene, wish: str) -> Go:
    rest = [one for one in scene.list_arg("wishes") if one != wish]
    return Go(screen=ScreenName.COMPOSE, args=_args(scene, rest, scene.list_arg("ideas")))


def _submit(scene: Scene, _arg: str) -> Go:
    wishes, begun, office = scene.list_arg("wishes"), scene.preselection, scene.office
    if not office.hours.is_open(scene.at):
        raise OfficeClosed(office.hours.next_opening(scene.at))
    validate_wishes(scene.tx, office, begun, wishes)
    left = remaining_quota(scene.tx, office, begun.required_vin).wishes
    if left < len(wishes):
        raise NoWishesLeft(left)
    return Go(screen=ScreenName.TRY, args=_args(scene, wishes))


COMPOSE = Screen(
    name=ScreenName.COMPOSE,
    show=_show,
    buttons={
        ActionName.ADD: lambda scene, idea: _with(scene, [idea]),
        ActionName.REMOVE: _without,
        ActionName.CLEAR: lambda scene, _arg: Go(screen=ScreenName.COMPOSE, args=_args(scene, ())),
        ActionName.SUBMIT: _submit,
        ActionName.RANDOM: _back_to_random,
    },
    text=_typed,
    errors=ERRORS,
    hint=selecting.COMPOSE_HINT,
)


# --- the question before a try ----------------------------------------------------------------


def _show_try(scene: Scene) -> View | Go:
    begun, office, wishes = scene.preselection, scene.office, scene.list_arg("wishes")
    if begun.state != PreselectionState.VERIFIED:
        return step_of(scene, begun)
    if not wishes:
        return Go(screen=ScreenName.COMPOSE, args=_args(scene, ()))
    known = failed_before(scene.tx, begun, wishes)
    return View(
        text=selecting.try_question(office, wishes, known),
        rows=(
            (Button(label=selecting.CONFIRM_TRY(), action=ActionName.TRY, style=Style.SUCCESS),),
            (Button(label=selecting.BACK_TO_WISHES(), action=ActionName.BACK),),
        ),
    )


def _try(scene: Scene, _arg: str) -> Go:
    begun, wishes = scene.preselection, scene.list_arg("wishes")
    result = scene.core.selection.compose(
        scene.tx, scene.account, begun.preselection_id, scene.office, wishes, received_at=scene.at
    )
    if result.taken:
        return Go(screen=ScreenName.DONE, args={"id": str(begun.preselection_id)})
    return Go(
        screen=ScreenName.COMPOSE,
        args=_args(scene, (), result.suggestions),
        note=selecting.failed(scene.office, result),
        pinned=True,
    )


TRY = Screen(
    name=ScreenName.TRY,
    show=_show_try,
    buttons={
        ActionName.TRY: _try,
        ActionName.BACK: lambda scene, _arg: Go(
            screen=ScreenName.COMPOSE, args=_args(scene, scene.list_arg("wishes"))
        ),
    },
    errors=ERRORS,
    hint=common.PRESS_HINT,
)

SCREENS = (COMPOSE, TRY)
