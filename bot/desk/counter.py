"""/confirm: recording at the counter that a number is on its vehicle (docs/domain.md, section 6)."""

from bot.desk.errors import ConfirmUsage
from bot.dialog.model import Button, Go, Screen, Style, View
from bot.dialog.scene import Scene
from bot.texts import common, desk
from core.plates import Plate, PlateKind, parse_plate
from core.preselection import Preselection, judge_register

_WORDS = 2


def _found(scene: Scene) -> Preselection:
    plate = Plate(office=scene.arg("office"), kind=PlateKind(scene.arg("kind")), serial=scene.arg("serial"))
    return judge_register(scene.tx, plate, scene.arg("tail"))


def ask(scene: Scene, rest: str) -> Go:
    """Lead from the command to the card with the question.

    Raises:
        ConfirmUsage: it is not a number and six characters.
        OfficeUnknown: the number is of an office that is not served here.
        PlateNotReserved, VinTailMismatch: as when it is confirmed; nothing changes.
    """
    words = rest.split()
    if len(words) != _WORDS:
        raise ConfirmUsage
    office = scene.office_of(words[0][:2].upper())
    plate = parse_plate(words[0], nev_letters=office.nev_letters)
    tail = words[1].upper()
    judge_register(scene.tx, plate, tail)
    return Go(
        screen="desk_confirm",
        args={"office": plate.office, "kind": plate.kind, "serial": plate.serial, "tail": tail},
    )


def _show(scene: Scene) -> View | Go:
    if not scene.is_chief:
        return Go(screen="home")
    return View(
        text=desk.register_question(_found(scene)),
        rows=(
            (
                Button(label=desk.REGISTER, action="register", style=Style.SUCCESS),
                Button(label=desk.CANCEL, action="cancel"),
            ),
        ),
    )


def _register(scene: Scene, _arg: str) -> Go:
    if not scene.is_chief:
        return Go(screen="home")
    found = _found(scene)
    plate = Plate(office=found.office, kind=found.kind, serial=found.serial or "")
    registered = scene.core.preselections.register(
        scene.tx, plate, scene.arg("tail"), actor=f"chat:{scene.chat_id}"
    )
    return Go(screen="home", note=desk.registered(registered), pinned=True)


CONFIRM = Screen(
    name="desk_confirm",
    show=_show,
    buttons={
        "register": _register,
        "cancel": lambda _scene, _arg: Go(screen="home", note=desk.CANCELLED),
    },
    hint=common.PRESS_HINT,
)
