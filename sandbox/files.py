"""Uploaded files, and the requirements for pictures."""

import io
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from sandbox.errors import bad

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_DOCUMENT = 50 * 1024 * 1024
MAX_SIDES = 10_000
MAX_RATIO = 20
APP_SIDE = 1280
"""Longer side in pixels to which the messenger's apps shrink a photo."""
THUMBNAIL_SIDE = 320

Kind = Literal["photo", "thumbnail", "document"]
_PREFIX = {"photo": "AgAC", "thumbnail": "AAMC", "document": "BQAC"}
_FOLDER = {"photo": "photos", "thumbnail": "thumbnails", "document": "documents"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as the messenger knows it."""

    file_id: str
    unique_id: str
    kind: Kind
    path: str
    name: str
    mime: str
    size: int
    width: int = 0
    height: int = 0
    thumbnail_of: str = ""
    """The id of the file of which this is the thumbnail; its data are made on demand."""

    def photo_size(self) -> dict[str, Any]:
        """Return the PhotoSize object."""
        size: dict[str, Any] = {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "width": self.width,
            "height": self.height,
        }
        if self.size:
            size["file_size"] = self.size
        return size

    def document(self) -> dict[str, Any]:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_name": self.name,
            "mime_type": self.mime,
            "file_size": self.size,
        }


class FileStore:
    """Stores files in memory, or in a folder that outlives a restart."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.files: dict[str, StoredFile] = {}
        self._by_path: dict[str, str] = {}
        self._thumbnails: dict[str, str] = {}
        self._data: dict[str, bytes] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def add(
        self, data: bytes, kind: Kind, *, name: str, mime: str, size: tuple[int, int] = (0, 0)
    ) -> StoredFile:
        """Store a file under a new id."""
        # aiohttp gives a name that is no UTF-8 with halves of surrogate pairs, which no JSON can hold.
        name = re.sub("[\ud800-\udfff]", "\ufffd", name)
        unique = secrets.token_urlsafe(12)
        suffix = Path(name).suffix if kind == "document" else ".jpg"
        stored = StoredFile(
            file_id=_PREFIX[kind] + secrets.token_urlsafe(48),
            unique_id=unique,
            kind=kind,
            path=f"{_FOLDER[kind]}/file_{len(self.files)}{suffix}",
            name=name,
            mime=mime,
            size=len(data),
            width=size[0],
            height=size[1],
        )
        self.register(stored)
        if self.folder is None:
            self._data[unique] = data
        else:
            (self.folder / unique).write_bytes(data)
        return stored

    def photo_sizes(self, full: StoredFile) -> list[dict[str, Any]]:
        """Return a photo in its sizes, from small to large."""
        if max(full.width, full.height) <= THUMBNAIL_SIDE:
            return [full.photo_size()]
        small = self.files.get(self._thumbnails.get(full.file_id, "")) or self._thumbnail(full)
        return [small.photo_size(), full.photo_size()]

    def _thumbnail(self, full: StoredFile) -> StoredFile:
        scale = THUMBNAIL_SIDE / max(full.width, full.height)
        stored = StoredFile(
            file_id=_PREFIX["thumbnail"] + secrets.token_urlsafe(48),
            unique_id=secrets.token_urlsafe(12),
            kind="thumbnail",
            path=f"{_FOLDER['thumbnail']}/file_{len(self.files)}.jpg",
            name="thumbnail.jpg",
            mime="image/jpeg",
            size=0,
            width=max(round(full.width * scale), 1),
            height=max(round(full.height * scale), 1),
            thumbnail_of=full.file_id,
        )
        self.register(stored)
        return stored

    def register(self, stored: StoredFile) -> None:
        """Register a file whose data are already in place."""
        self.files[stored.file_id] = stored
        self._by_path[stored.path] = stored.file_id
        if stored.thumbnail_of:
            self._thumbnails[stored.thumbnail_of] = stored.file_id

    def by_path(self, path: str) -> StoredFile | None:
        return self.files.get(self._by_path.get(path, ""))

    def data(self, stored: StoredFile) -> bytes:
        """Return the contents of a file; empty if its data are missing from the folder."""
        if stored.thumbnail_of:
            return shrink_as_apps_do(self.data(self.files[stored.thumbnail_of]), THUMBNAIL_SIDE)
        if self.folder is None:
            return self._data[stored.unique_id]
        place = self.folder / stored.unique_id
        return place.read_bytes() if place.exists() else b""


def check_photo(data: bytes) -> tuple[int, int]:
    """Return width and height of a photo.

    Raises:
        ApiError: too large, no picture, or of a shape that the messenger does not take.
    """
    if len(data) > MAX_PHOTO:
        raise bad(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes"
        )
    if not data:
        raise bad("file must be non-empty")
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise bad("IMAGE_PROCESS_FAILED") from None
    if width + height > MAX_SIDES or max(width, height) > MAX_RATIO * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return width, height


def shrink_as_apps_do(data: bytes, side: int) -> bytes:
    """Return a picture as JPEG, its longer side at most ``side``, as apps send photos.

    Raises:
        ApiError: it is no picture.
    """
    try:
        with Image.open(io.BytesIO(data)) as opened:
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((side, side))
            shrunk = io.BytesIO()
            picture.convert("RGB").save(shrunk, "JPEG", quality=87)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise bad("IMAGE_PROCESS_FAILED") from None
    return shrunk.getvalue()
