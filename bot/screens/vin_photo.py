"""A VIN from a photo of its barcode: read, and then taken the way of a typed one."""

from dataclasses import replace

from bot.dialog.model import Button, ErrorWays, Go, Handler, Intake, Received, Screen, View
from bot.dialog.scene import Scene
from bot.photos.barcodes import read_barcodes
from bot.screens.layout import in_columns
from bot.texts import photos as words
from bot.texts import preselect
from core.bootstrap import Core
from core.errors import BarcodeWithoutVin
from core.vehicles import group_vin, vins_in

_MOST_BYTES = 20_000_000
"""What the messenger hands out at most; the settings may take less."""

_MOST_CHOICES = 6


def intake(typed: Handler) -> Intake:
    """Return how a screen takes a photo of a VIN, which ``typed`` takes as text."""

    def take(scene: Scene, vins: tuple[str, ...]) -> Go:
        if len(vins) > 1:
            return Go(screen="vin_choice", args={"vins": list(vins)})
        return _noted(typed(scene, vins[0]), vins[0])

    return Intake(most_bytes=_MOST_BYTES, read=_read, take=take)


def choice(typed: Handler, errors: ErrorWays) -> Screen:
    """Return the screen that asks which of several VINs is meant."""

    def chosen(scene: Scene, number: str) -> Go:
        vin = _offered(scene)[int(number)]
        return _noted(typed(scene, vin), vin)

    return Screen(
        name="vin_choice",
        personal=True,
        show=_show_choice,
        buttons={"vin": chosen, "again": lambda _scene, _arg: Go(screen="vin")},
        text=typed,
        attachment=intake(typed),
        hint=preselect.VIN_HINT,
        errors=errors,
    )


def _read(core: Core, sent: Received) -> tuple[str, ...]:
    """Return the VINs in a photo, one at least; in a thread."""
    texts = read_barcodes(sent.content, core.settings.photos, lambda text: bool(vins_in(text)))
    vins = vins_in("\n".join(texts))
    if not vins:
        raise BarcodeWithoutVin
    return vins[:_MOST_CHOICES]


def _noted(go: Go, vin: str) -> Go:
    """Show the VIN that was read, unless the next screen is about it."""
    return go if go.screen == "vin_doubt" else replace(go, note=words.read(group_vin(vin)), pinned=True)


def _offered(scene: Scene) -> list[str]:
    vins = scene.args.get("vins")
    return [str(vin) for vin in vins] if isinstance(vins, list) else []


def _show_choice(scene: Scene) -> View:
    vins = [Button(label=group_vin(vin), action="vin", arg=str(at)) for at, vin in enumerate(_offered(scene))]
    again = (Button(label=preselect.VIN_AGAIN(), action="again"),)
    return View(text=words.WHICH_VIN(), rows=(*in_columns(vins, 1), again))
