"""A VIN and a certificate number in one text, in any order: as one message, or as the codes in one photo."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.values import labels
from core.values.text import HYPHENS, clean, compact
from core.values.vehicles import VIN_LENGTH, is_right_vin

_LONGEST = 200  # characters; a longer text is not split
_OF_VEHICLE = "vin"
_OF_CERTIFICATE = "certificate"


def _alternatives(known: tuple[str, ...]) -> str:
    longest_first = sorted(known, key=len, reverse=True)
    return "|".join(
        rf"(?<![0-9A-Z]){label}(?![0-9A-Z])" if label.isascii() else re.escape(label)
        for label in longest_first
    )


_LABEL = re.compile(
    rf"(?:(?P<{_OF_VEHICLE}>{_alternatives(labels.VIN)})|(?P<{_OF_CERTIFICATE}>{_alternatives(labels.CERTIFICATE)}))"
    r"(?:\(VIN\))?[ :=]*"
)
_PARTING = re.compile(r"[\s,;/|\u3001\u3002]+")
_DOMESTIC = re.compile("[0-9A-Z]{4,5}[0-9]{10}")
_WORD = re.compile("[0-9A-Z]+")
_MAKER = 4
_FEWEST = 10  # characters of what may be a mistyped VIN beside a certificate number


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleText:
    """What a text says of a vehicle, still to be parsed; empty where it says nothing."""

    vin: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)


def split_vehicle(text: str) -> VehicleText:
    """Split a typed text into a VIN and a certificate number; what cannot be told apart is taken as a VIN.

    Labels before them, any separators and any order are accepted.
    """
    if len(text) > _LONGEST:
        return VehicleText(vin=text)
    typed = clean(text)
    labelled = _by_labels(typed)
    if labelled is not None:
        return labelled
    words = [compact(word, HYPHENS) for word in _PARTING.split(_LABEL.sub(" ", typed))]
    words = [word for word in words if _WORD.search(word)]
    whole = "".join(words)
    if len(whole) == VIN_LENGTH:
        return VehicleText(vin=text)
    if _is_domestic(whole) or (_is_labelled_certificate(typed) and len(whole) < VIN_LENGTH):
        return VehicleText(certificate=whole)
    return _best(words) or VehicleText(vin=text)


def certificates_in(text: str) -> tuple[str, ...]:
    """Return the certificate numbers of domestic vehicles in machine-read text.

    Those of imports have no form by which they could be told from other numbers.
    """
    found = (word for word in _WORD.findall(text.upper()) if _is_domestic(word))
    return tuple(dict.fromkeys(found))


def _is_domestic(word: str) -> bool:
    return bool(_DOMESTIC.fullmatch(word)) and not word[:_MAKER].isdecimal()


def _is_labelled_certificate(typed: str) -> bool:
    label = _LABEL.match(typed)
    return label is not None and label.lastgroup == _OF_CERTIFICATE


def _by_labels(typed: str) -> VehicleText | None:
    """Return what stands behind labels, if both are there, or one of them between the two values."""
    found = list(_LABEL.finditer(typed))
    parts: dict[str, str] = {}
    for at, label in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(typed)
        parts[label.lastgroup or ""] = typed[label.end() : end]
    if len(parts) == 1 and _WORD.search(typed[: found[0].start()]):
        other = _OF_VEHICLE if _OF_CERTIFICATE in parts else _OF_CERTIFICATE
        parts[other] = typed[: found[0].start()]
    values = {name: "".join(_PARTING.split(part)) for name, part in parts.items()}
    if set(values) != {_OF_VEHICLE, _OF_CERTIFICATE} or not all(values.values()):
        return None
    return VehicleText(vin=values[_OF_VEHICLE], certificate=values[_OF_CERTIFICATE])


def _best(words: list[str]) -> VehicleText | None:
    """Return the likeliest split of words; None if none is likely."""
    ways = list(_ways(words))
    return next(
        (
            VehicleText(vin=vin, certificate=certificate)
            for is_it in (_is_certain, _is_vehicle, _is_nearly)
            for vin, certificate in ways
            if is_it(vin, certificate)
        ),
        None,
    )


def _ways(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield VIN and certificate number by each place at which the text can be parted."""
    if len(words) == 1 and is_right_vin(words[0][:VIN_LENGTH]):
        yield words[0][:VIN_LENGTH], words[0][VIN_LENGTH:]
    if len(words) == 1 and is_right_vin(words[0][-VIN_LENGTH:]):
        yield words[0][-VIN_LENGTH:], words[0][:-VIN_LENGTH]
    for at in range(1, len(words)):
        first, last = "".join(words[:at]), "".join(words[at:])
        yield first, last
        yield last, first


def _is_certain(vin: str, _certificate: str) -> bool:
    return is_right_vin(vin)


def _is_vehicle(vin: str, _certificate: str) -> bool:
    return len(vin) == VIN_LENGTH and bool(_WORD.fullmatch(vin))


def _is_nearly(vin: str, certificate: str) -> bool:
    return _is_domestic(certificate) and len(vin) >= _FEWEST
