"""``rotate-keys``: encrypt with the newest key what older keys have encrypted."""

import argparse
import asyncio
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from bot.cli.command import DONE, FAILED, Command, settings_of
from bot.cli.described import counted
from core.database import OpenedDatabase, open_database
from core.errors.keys import SealedMeanwhile
from core.errors.store import SealBroken
from core.ports import Store
from core.security.rotation import (
    FIRST,
    SEALED_COLUMNS,
    count_page,
    key_of_photo,
    reseal_page,
    reseal_photo,
    sealed_photos,
)
from core.security.vault import Vault
from core.settings import Settings

_PASSES = 3
"""A service beside it writes meanwhile; with the newest key in front, the second pass finds nothing."""


async def count_keys(store: Store, vault: Vault, photos: Path) -> Counter[str | None]:
    """Count everything that is encrypted by the fingerprint of the key that it needs; None: none of them."""
    counts: Counter[str | None] = Counter()
    for column in SEALED_COLUMNS:
        last: int | None = FIRST
        while last is not None:
            last, some = await store.read(count_page, vault, column, last)
            counts += some
    return counts + await asyncio.to_thread(
        lambda: Counter(key_of_photo(vault, path) for path in sealed_photos(photos))
    )


def _rotate_keys(given: argparse.Namespace) -> int:
    return asyncio.run(_rotated(settings_of(given)))


async def _rotated(settings: Settings) -> int:
    opened = await open_database(settings, migrate=False)
    try:
        return await _rotate(opened, settings.photo_directory())
    finally:
        await opened.store.close()


async def _rotate(opened: OpenedDatabase, photos: Path) -> int:
    store, vault = opened.store, opened.vault
    await store.run(opened.keys.begin_rotation)
    for _ in range(_PASSES):
        counts = await count_keys(store, vault, photos)
        left = counts.total() - counts[vault.fingerprints[0]] - counts[None]
        if not left:
            break
        await _reseal(opened, photos, left)
    else:
        raise SealedMeanwhile
    await store.run(opened.keys.end_rotation)
    newest = counts[vault.fingerprints[0]]
    need = "needs" if newest == 1 else "need"
    print(f"{counted(newest, 'value')} {need} key {vault.fingerprints[0]}, none an older one")
    if counts[None]:
        print(f"{counted(counts[None], 'value')} that none of the keys opens: left unchanged")
        return FAILED
    if vault.fingerprints[1:]:
        print(f"to be taken out of the settings now: {', '.join(vault.fingerprints[1:])}")
    return DONE


async def _reseal(opened: OpenedDatabase, photos: Path, left: int) -> None:
    with tqdm(total=left, unit=" values", desc="encrypting", disable=None) as bar:
        if bar.disable:
            print(f"{counted(left, 'value')} to encrypt with key {opened.vault.fingerprints[0]}", flush=True)
        for column in SEALED_COLUMNS:
            last: int | None = FIRST
            while last is not None:
                page = await opened.store.run(reseal_page, opened.vault, column, last)
                last = page.last
                bar.update(page.resealed)
        for path in await asyncio.to_thread(sealed_photos, photos):
            bar.update(await asyncio.to_thread(_photo, opened.vault, path))


def _photo(vault: Vault, path: Path) -> int:
    try:
        return int(reseal_photo(vault, path))
    except SealBroken:  # counted, and reported at the end
        return 0


COMMAND = Command(
    name="rotate-keys",
    about="encrypt with the newest key what older keys have encrypted",
    example="rotate-keys",
    run=_rotate_keys,
)
