"""Shared pages for entering a VIN: typed or read from a barcode photo, with its follow-up questions.

Where a certificate number is wanted too, both may come in one message or one photo, in any order. What was
understood is kept in the arguments of the page when the rest has to be asked for once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from telegram.constants import FileSizeLimit

from bot.dialog.context import Context
from bot.dialog.events import Received
from bot.dialog.keyboards import in_columns
from bot.dialog.names import ActionName, ScreenName
from bot.dialog.screen import AttachmentHandler, ErrorWays, Goto, Handler, Screen
from bot.dialog.view import Button, Rows, Style, View
from bot.photos import barcodes
from bot.photos.isolated import read_barcodes_isolated
from bot.texts.errors import of_error
from bot.texts.owner import photos as texts
from bot.texts.owner import preselect
from core.bootstrap import Core
from core.errors.photos import BarcodeVinMistyped, BarcodeWithoutVin
from core.errors.vehicles import VinError, VinLookalike
from core.values.personal_numbers import InputKind
from core.values.vehicle_texts import VehicleText, certificates_in, split_vehicle
from core.values.vehicles import group_vin, mistyped_vin_in, parse_vin, vins_in

_MOST_CHOICES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFinds:
    """What the codes in a photo say of a vehicle."""

    vins: tuple[str, ...] = field(repr=False)
    certificates: tuple[str, ...] = field(default=(), repr=False)

    @property
    def certificate(self) -> str:
        """The certificate number; empty if there is none, or more than one."""
        return self.certificates[0] if len(self.certificates) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VinPages:
    """The pages around the entry of a VIN.

    The page itself calls ``typed`` and ``handler``. Two further pages ask about a wrong check digit, and
    which of several VINs in a photo is meant.
    """

    page: ScreenName  # asks for the VIN
    doubt: ScreenName
    choice: ScreenName
    take: Callable[[Context, str, str], Goto]  # handles a validated VIN, and a certificate number as typed
    errors: ErrorWays
    with_certificate: bool = False

    @property
    def handler(self) -> AttachmentHandler:
        return AttachmentHandler(
            most_bytes=FileSizeLimit.FILESIZE_DOWNLOAD,  # the settings may set a lower limit
            parse=read_vehicle if self.with_certificate else _read_vin,
            apply=self.read_from_photo,
            waiting=texts.READING,
        )

    @property
    def buttons(self) -> Mapping[ActionName, Handler]:
        """The buttons of ``suggestion``."""
        return {ActionName.TAKE: lambda ctx, vin: self._judged(ctx, vin, ctx.arg("certificate"))}

    @property
    def screens(self) -> tuple[Screen, Screen]:
        return self._doubtful(), self._choosing()

    def suggestion(self, ctx: Context) -> Rows:
        """Return the button that takes the VIN that was probably meant, if one was suggested."""
        vin = ctx.arg("suggested")
        label = preselect.take_suggestion(group_vin(vin))
        return ((Button(label=label, action=ActionName.TAKE, arg=vin, style=Style.SUCCESS),),) if vin else ()

    def typed(self, ctx: Context, text: str) -> Goto:
        """Handle typed text.

        Raises:
            VinError: it is not a VIN.
        """
        entry = split_vehicle(text) if self.with_certificate else VehicleText(vin=text)
        certificate = entry.certificate or ctx.arg("certificate")
        if not entry.vin:
            return Goto(screen=self.page, args={"certificate": certificate})
        return self._judged(ctx, entry.vin, certificate)

    def _judged(self, ctx: Context, typed: str, certificate: str) -> Goto:
        """Take a VIN, or ask about it; a certificate number that came with it is kept meanwhile.

        Raises:
            VinError: it is not a VIN.
        """
        kept: dict[str, object] = {"certificate": certificate} if certificate else {}
        try:
            finding = parse_vin(typed)
        except VinError as error:
            suggested = error.suggestion if isinstance(error, VinLookalike) else None
            if suggested is None and not kept:
                raise
            args = {**kept, "suggested": suggested} if suggested else kept
            return Goto(screen=self.page, args=args, note=of_error(error), sticky=True)
        if finding.needs_confirmation:
            return Goto(screen=self.doubt, args={**kept, "vin": finding.vin})
        return self.take(ctx, finding.vin, certificate)

    def read_from_photo(self, ctx: Context, finds: PhotoFinds) -> Goto:
        certificate = finds.certificate or ctx.arg("certificate")
        kept: dict[str, object] = {"certificate": certificate} if certificate else {}
        if not finds.vins:
            return Goto(screen=self.page, args=kept, note=texts.read_certificate(certificate), sticky=True)
        if len(finds.vins) > 1:
            return Goto(screen=self.choice, args={**kept, "vins": list(finds.vins)})
        return self._noted(self._judged(ctx, finds.vins[0], certificate), finds.vins[0], finds.certificate)

    def _noted(self, go: Goto, vin: str, certificate: str = "") -> Goto:
        """Add a note with what was read, unless the next screen shows it."""
        if go.screen == self.doubt or go.note:
            return go
        lines = [texts.read(group_vin(vin))]
        lines += [texts.read_certificate(certificate)] if certificate else []
        return replace(go, note="\n".join(lines), sticky=True)

    def _again(self, ctx: Context, _arg: str) -> Goto:
        certificate = ctx.arg("certificate")
        return Goto(screen=self.page, args={"certificate": certificate} if certificate else {})

    def _doubtful(self) -> Screen:
        def show(ctx: Context) -> View:
            right = Button(label=preselect.VIN_IS_RIGHT(), action=ActionName.RIGHT, style=Style.SUCCESS)
            again = Button(label=preselect.VIN_AGAIN(), action=ActionName.AGAIN)
            return View(text=preselect.vin_doubt(ctx.arg("vin")), rows=((right, again),))

        def right(ctx: Context, _arg: str) -> Goto:
            return self.take(ctx, ctx.arg("vin"), ctx.arg("certificate"))

        return self._screen(self.doubt, show, {ActionName.RIGHT: right})

    def _choosing(self) -> Screen:
        def show(ctx: Context) -> View:
            offered = enumerate(ctx.list_arg("vins"))
            vins = [Button(label=group_vin(vin), action=ActionName.VIN, arg=str(at)) for at, vin in offered]
            again = (Button(label=preselect.VIN_AGAIN(), action=ActionName.AGAIN),)
            return View(text=texts.WHICH_VIN(), rows=(*in_columns(vins, 1), again))

        def chosen(ctx: Context, number: str) -> Goto:
            vin = ctx.list_arg("vins")[int(number)]
            return self._noted(self._judged(ctx, vin, ctx.arg("certificate")), vin)

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


def holds_vehicle(text: str) -> bool:
    return holds_vin(text) or bool(certificates_in(text))


async def _read_vin(core: Core, sent: Received) -> PhotoFinds:
    """Return the VINs in a photo.

    Raises:
        BarcodeWithoutVin: the photo contains none.
        BarcodeVinMistyped: it contains one with a wrong check digit.
    """
    found = "\n".join(await read_barcodes_isolated(sent.content, core.settings.photos, holds_vin))
    vins = vins_in(found)
    if not vins:
        raise _without_vin(found)
    return PhotoFinds(vins=vins[:_MOST_CHOICES])


async def read_vehicle(core: Core, sent: Received) -> PhotoFinds:
    """Return the VINs and certificate numbers in a photo.

    Raises:
        BarcodeWithoutVin: the photo contains neither.
        BarcodeVinMistyped: it contains only a VIN with a wrong check digit.
    """
    found = "\n".join(await read_barcodes_isolated(sent.content, core.settings.photos, holds_vehicle))
    finds = PhotoFinds(vins=vins_in(found)[:_MOST_CHOICES], certificates=certificates_in(found))
    if not finds.vins and not finds.certificate:
        raise _without_vin(found)
    return finds


def _without_vin(found: str) -> BarcodeWithoutVin | BarcodeVinMistyped:
    mistyped = mistyped_vin_in(found)
    return BarcodeVinMistyped(grouped=group_vin(mistyped)) if mistyped else BarcodeWithoutVin()
