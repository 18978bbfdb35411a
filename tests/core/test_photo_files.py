"""Photos are stored encrypted and atomically; dropped ones are deleted, unknown ones set aside."""

import errno
import os
import stat
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.fernet import Fernet

from core.clock import FixedClock
from core.errors.installation import PhotoFolderOfAnother
from core.errors.photos import PhotoStoreError
from core.errors.store import SealBroken
from core.security.photo_files import FilePhotos
from core.security.vault import Vault
from tests.core.tools import NOON
from tests.world import KEYS

PHOTO = b"\xff\xd8 not looked at here \xff\xd9"
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "photos"


def vault(*keys: str) -> Vault:
    return Vault(keys or KEYS["keys"], str(KEYS["lookup_key"]))


@pytest.fixture
def photos(folder: Path, clock: FixedClock) -> FilePhotos:
    return FilePhotos(folder, vault(), clock)


def test_photo_comes_back_as_it_was(photos: FilePhotos) -> None:
    assert photos.get(photos.put(PHOTO)) == PHOTO


def test_file_shows_nothing_of_the_photo(photos: FilePhotos, folder: Path) -> None:
    photos.put(PHOTO)
    (file,) = folder.iterdir()
    assert b"not looked at" not in file.read_bytes()


def test_only_the_owner_may_look(photos: FilePhotos, folder: Path) -> None:
    photos.put(PHOTO)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())]
    assert modes == [0o700, 0o600]


def test_host_clock_that_jumps_deletes_nothing_by_itself(
    photos: FilePhotos, folder: Path, clock: FixedClock
) -> None:
    """The thirty days run by the time that the caller gives; the control gives the host's."""
    photos.put(PHOTO)
    now = clock.now() + 2 * HOUR
    photos.sweep(set(), before=now - HOUR, now=now)
    assert photos.orphans() == 1
    clock.advance(timedelta(days=31))
    photos.sweep(set(), before=now, now=now + HOUR)
    assert photos.orphans() == 1
    photos.sweep(set(), before=now, now=clock.now() + 2 * HOUR)
    assert photos.orphans() == 0
    assert list(folder.glob("*.sealed")) == []


def test_equal_photos_have_keys_of_their_own(photos: FilePhotos) -> None:
    assert len({photos.put(PHOTO) for _ in range(20)}) == 20


def test_deleted_photo_is_gone(photos: FilePhotos, folder: Path) -> None:
    key = photos.put(PHOTO)
    photos.delete(key)
    photos.delete(key)
    assert photos.get(key) is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "key", ["", "../keys.toml", "0" * 31, "0" * 32, "/etc/passwd", "A" * 32, "0" * 32 + "\n"]
)
def test_no_other_file_can_be_reached(photos: FilePhotos, key: str) -> None:
    photos.delete(key)
    assert photos.get(key) is None


def test_rotated_keys_open_old_photos(folder: Path, clock: FixedClock) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    key = FilePhotos(folder, vault(old), clock).put(PHOTO)
    assert FilePhotos(folder, vault(new, old), clock).get(key) == PHOTO
    with pytest.raises(SealBroken):
        FilePhotos(folder, vault(new), clock).get(key)


def test_sweep_takes_what_nobody_knows(photos: FilePhotos, clock: FixedClock) -> None:
    known, orphan = photos.put(PHOTO), photos.put(PHOTO)
    clock.advance(2 * HOUR)
    assert photos.sweep({known}, before=clock.now() - HOUR) == 1
    assert (photos.get(known), photos.get(orphan)) == (PHOTO, None)


def test_sweep_spares_what_has_just_come(photos: FilePhotos, clock: FixedClock) -> None:
    key = photos.put(PHOTO)
    assert photos.sweep(set(), before=clock.now() - HOUR) == 0
    assert photos.get(key) == PHOTO


def test_sweep_spares_files_of_others(photos: FilePhotos, folder: Path, clock: FixedClock) -> None:
    folder.mkdir(parents=True)
    (folder / "README").write_text("of the administrator")
    photos.sweep(set(), before=clock.now() + HOUR)
    assert (folder / "README").exists()


def test_sweep_takes_drafts_of_a_crash(
    photos: FilePhotos, folder: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_path: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        photos.put(PHOTO)
    assert [path.suffix for path in folder.iterdir()] == [".draft"]
    assert photos.sweep(set(), before=clock.now() + HOUR) == 0
    assert list(folder.iterdir()) == []


def test_sweep_of_a_folder_that_is_not_there(photos: FilePhotos, clock: FixedClock) -> None:
    assert photos.sweep(set(), before=clock.now()) == 0


def test_full_disk_leaves_no_half_photo(
    photos: FilePhotos, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PhotoStoreError, match="No space left"):
        photos.put(PHOTO)
    assert list(folder.iterdir()) == []


def test_folder_that_cannot_be_made_is_said(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "photos").write_text("a file stands in the way")
    with pytest.raises(PhotoStoreError):
        FilePhotos(tmp_path / "photos", vault(), clock).put(PHOTO)


DAY = timedelta(days=1)
MINE, OTHERS = "a" * 32, "b" * 32


def test_unknown_photo_is_set_aside_for_thirty_days(
    photos: FilePhotos, folder: Path, clock: FixedClock
) -> None:
    key = photos.put(PHOTO)
    clock.advance(40 * DAY)  # however old it is: the thirty days run from when it is set aside
    photos.sweep(set(), before=clock.now() - HOUR)
    assert (photos.get(key), photos.orphans()) == (None, 1)
    clock.advance(30 * DAY - HOUR)
    photos.sweep(set(), before=clock.now() - HOUR)
    assert [path.stem for path in (folder / "orphans").iterdir()] == [key]
    clock.advance(2 * HOUR)
    photos.sweep(set(), before=clock.now() - HOUR)
    assert photos.orphans() == 0


def test_photo_set_aside_comes_back_when_a_row_names_it(photos: FilePhotos, clock: FixedClock) -> None:
    key = photos.put(PHOTO)
    clock.advance(2 * HOUR)
    photos.sweep(set(), before=clock.now() - HOUR)
    photos.sweep({key}, before=clock.now() - HOUR)
    assert (photos.get(key), photos.orphans()) == (PHOTO, 0)


def test_dropped_photo_is_deleted_at_once_wherever_it_is(photos: FilePhotos, clock: FixedClock) -> None:
    aside = photos.put(PHOTO)
    clock.advance(2 * HOUR)
    photos.sweep(set(), before=clock.now() - HOUR)
    fresh, kept = photos.put(PHOTO), photos.put(PHOTO)
    photos.sweep({kept}, dropped={aside, fresh, kept}, before=clock.now() - HOUR)
    assert (photos.get(fresh), photos.get(kept), photos.orphans()) == (None, PHOTO, 0)


def test_two_databases_cannot_share_a_folder(folder: Path, clock: FixedClock) -> None:
    FilePhotos(folder, vault(), clock).claim(MINE)
    FilePhotos(folder, vault(), clock).claim(MINE)
    with pytest.raises(PhotoFolderOfAnother, match="another database"):
        FilePhotos(folder, vault(), clock).claim(OTHERS)
    assert stat.S_IMODE((folder / "database-id").stat().st_mode) == 0o600


def test_folder_that_cannot_be_written_is_refused_with_its_setting(folder: Path, clock: FixedClock) -> None:
    FilePhotos(folder, vault(), clock).claim(MINE)
    photos = FilePhotos(folder, vault(), clock)
    refuses = OSError(errno.EROFS, os.strerror(errno.EROFS))
    with (
        patch("core.security.photo_files.os.open", side_effect=refuses),
        pytest.raises(PhotoStoreError, match=rf"{folder} \(photos\.directory\): Read-only file system"),
    ):
        photos.claim(MINE)
    photos.claim(MINE)
    assert [path.name for path in folder.iterdir()] == ["database-id"]  # the trial leaves nothing


def test_folder_of_before_is_adopted_with_its_photos(photos: FilePhotos, folder: Path) -> None:
    key = photos.put(PHOTO)
    photos.claim(MINE)
    assert photos.get(key) == PHOTO
    assert sorted(path.name for path in folder.iterdir()) == sorted(["database-id", f"{key}.sealed"])


def test_missing_photos_are_counted(photos: FilePhotos) -> None:
    assert photos.missing({photos.put(PHOTO), "0" * 32}) == 1
