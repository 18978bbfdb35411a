"""Shared pages for entering a VIN: typed or read from a barcode photo, with its follow-up questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.dialog.context import Context
from bot.dialog.events import Received
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import AttachmentHandler, ErrorWays, Goto, Handler, Screen
from bot.dialog.view import Button, Style, View
from bot.photos import barcodes
from bot.photos.isolated import read_barcodes_isolated
from bot.texts.owner import photos as texts
from bot.texts.owner import preselect
from core.bootstrap import Core
from core.errors.photos import BarcodeWithoutVin
from core.values.personal_numbers import InputKind
from core.values.vehicles import group_vin, parse_vin, vins_in

_MOST_BYTES = 20_000_000
"""The Bot API's download limit, in bytes; the settings may set a lower one."""

_MOST_CHOICES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class VinPages:
    """The pages around the entry of a VIN.

    The page itself calls ``typed`` and ``handler``. Two further pages ask about a wrong check digit, and
    which of several VINs in a photo is meant.
    """

    page: ScreenName  # asks for the VIN
    doubt: ScreenName
    choice: ScreenName
    take: Callable[[Context, str], Goto]  # handles a validated VIN
    errors: ErrorWays

    @property
    def handler(self) -> AttachmentHandler:
        return AttachmentHandler(
            most_bytes=_MOST_BYTES, parse=_read, apply=self._read_from_photo, waiting=texts.READING
        )

    @property
    def screens(self) -> tuple[Screen, Screen]:
        return self._doubtful(), self._choosing()

    def typed(self, ctx: Context, text: str) -> Goto:
        """Handle typed text.

        Raises:
            VinError: it is not a VIN.
        """
        finding = parse_vin(text)
        if finding.needs_confirmation:
            return Goto(screen=self.doubt, args={"vin": finding.vin})
        return self.take(ctx, finding.vin)

    def _read_from_photo(self, ctx: Context, vins: tuple[str, ...]) -> Goto:
        if len(vins) > 1:
            return Goto(screen=self.choice, args={"vins": list(vins)})
        return self._noted(self.typed(ctx, vins[0]), vins[0])

    def _noted(self, go: Goto, vin: str) -> Goto:
        """Add a note with the VIN that was read, unless the next screen shows it."""
        return go if go.screen == self.doubt else replace(go, note=texts.read(group_vin(vin)), sticky=True)

    def _again(self, _ctx: Context, _arg: str) -> Goto:
        return Goto(screen=self.page)

    def _doubtful(self) -> Screen:
        def show(ctx: Context) -> View:
            right = Button(label=preselect.VIN_IS_RIGHT(), action=ActionName.RIGHT, style=Style.SUCCESS)
            again = Button(label=preselect.VIN_AGAIN(), action=ActionName.AGAIN)
            return View(text=preselect.vin_doubt(ctx.arg("vin")), rows=((right, again),))

        return self._screen(
            self.doubt, show, {ActionName.RIGHT: lambda ctx, _arg: self.take(ctx, ctx.arg("vin"))}
        )

    def _choosing(self) -> Screen:
        def show(ctx: Context) -> View:
            offered = enumerate(ctx.list_arg("vins"))
            vins = [Button(label=group_vin(vin), action=ActionName.VIN, arg=str(at)) for at, vin in offered]
            again = (Button(label=preselect.VIN_AGAIN(), action=ActionName.AGAIN),)
            return View(text=texts.WHICH_VIN(), rows=(*in_columns(vins, 1), again))

        def chosen(ctx: Context, number: str) -> Goto:
            vin = ctx.list_arg("vins")[int(number)]
            return self._noted(self.typed(ctx, vin), vin)

        return self._screen(self.choice, show, {ActionName.VIN: chosen})

    def _screen(
        self, name: ScreenName, show: Callable[[Context], View], buttons: Mapping[ActionName, Handler]
    ) -> Screen:
        return Screen(
            name=name,
            input_kind=InputKind.VEHICLE,
            personal=True,
            show=show,
            buttons={**buttons, ActionName.AGAIN: self._again},
            text=self.typed,
            attachment=self.handler,
            hint=preselect.VIN_HINT,
            errors=self.errors,
        )


def may_be_photographed() -> str:
    """Return the hint that photos are accepted; empty if the barcode reader is not installed."""
    return texts.MAY_BE_PHOTOGRAPHED() if barcodes.INSTALLED else ""


def holds_vin(text: str) -> bool:
    return bool(vins_in(text))


async def _read(core: Core, sent: Received) -> tuple[str, ...]:
    """Return the VINs in a photo.

    Raises:
        BarcodeWithoutVin: the photo contains none.
    """
    found = await read_barcodes_isolated(sent.content, core.settings.photos, holds_vin)
    vins = vins_in("\n".join(found))
    if not vins:
        raise BarcodeWithoutVin
    return vins[:_MOST_CHOICES]
