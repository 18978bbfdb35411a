"""Write the licences of all locked packages into ``docs/licences.md``, or check that it is up to date.

    python tools/make_licences.py           write the page
    python tools/make_licences.py --check   exit status 1 if it is out of date

The names come from ``requirements.lock``, the licences from the metadata of the installed packages (PEP 639's
expression, else the older fields), and from ``CORRECTED`` where those say too little.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs/licences.md"

ALLOWED = frozenset(
    {
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
    }
)
"""The licences that an MIT program may depend on without becoming anything else."""
CORRECTED: Mapping[str, str] = {
    "colorama": "BSD-3-Clause",  # only on Windows, so it is not installed where this is run
    "pi-heif": "BSD-3-Clause AND LGPL-3.0-or-later",  # its wheels contain libheif
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",  # "Dual License"
    "python-stdnum": "LGPL-2.1-or-later",  # "LGPL"
    "segno": "BSD-3-Clause",  # "BSD License"
    "uvloop": "Apache-2.0 OR MIT",  # "MIT License", and both classifiers
}
"""Licences by package, where the metadata name none, or not exactly."""
_SPDX: Mapping[str, str] = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_LONGEST = 40
"""Characters; a longer field is the text of a licence."""
_HEAD = """\
# Licences

xuanhao itself is under the MIT licence, its font under the OFL ([text](../bot/pictures/fonts/OFL.txt)).
These are the licences of the packages that `requirements.lock` installs. The table is made by
`make licences`; `make test` checks it.

**LGPL:** {lgpl}.
They are imported as they are published, unchanged, and anybody who has the program can exchange them
(`pip install`), as the LGPL demands. Who ships an image has to pass on their licences and offer their
sources. Without the extras `photos` and `postgres` only python-stdnum and python-telegram-bot remain.

| package | licence |
|---|---|
"""


def locked(lock: str) -> list[str]:
    """Return the names in a lock file."""
    return re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)


def licence_of(name: str) -> str | None:
    """Return the licence of a package as an SPDX expression; None if it is not installed or names none."""
    if name in CORRECTED:
        return CORRECTED[name]
    try:
        metadata = distribution(name).metadata
    except PackageNotFoundError:
        return None
    fields = [*(metadata.get_all("License-Expression") or ()), *(metadata.get_all("License") or ())]
    classifiers = metadata.get_all("Classifier") or ()
    fields += [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    named = next((field for field in fields if field and len(field) <= _LONGEST), None)
    return named and _SPDX.get(named, named)


def refused(expression: str) -> set[str]:
    """Return the licences of an expression that are not allowed."""
    return set(re.split(r" (?:AND|OR) |[()]", expression)) - ALLOWED - {""}


def page(licences: Mapping[str, str]) -> str:
    """Return the page."""
    lgpl = ", ".join(name for name, licence in licences.items() if "LGPL" in licence)
    rows = "".join(f"| {name} | {licence} |\n" for name, licence in licences.items())
    return _HEAD.format(lgpl=lgpl) + rows


def main() -> int:
    """Write or check the page; return the exit status."""
    parser = argparse.ArgumentParser(description="the licences of all locked packages")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    licences: dict[str, str] = {}
    for name in locked(LOCK.read_text(encoding="utf-8")):
        licence = licence_of(name)
        if licence is None or refused(licence):
            print(
                f"{name}: {licence or 'not installed, or no licence named'}: decide, and say so in {__file__}"
            )
            return 1
        licences[name] = licence
    text = page(licences)
    if given.check:
        if PAGE.read_text(encoding="utf-8") != text:
            print(f"{PAGE} is out of date: make licences")
            return 1
        print(f"{len(licences)} packages, all licences known and allowed")
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
