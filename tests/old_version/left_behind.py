"""The files of the fixture: ``make_fixture`` writes them, the tests unpack them."""

import gzip
import json
import sqlite3
from collections import deque
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from sandbox.persistence import snapshot
from sandbox.updates import Update
from sandbox.world import World as Messenger

LEFT = Path(__file__).with_name("left")
DATABASE, MESSENGER, PHOTOS = LEFT / "database.db.gz", LEFT / "sandbox.json.gz", LEFT / "photos.zip"

LAST = 5
"""How many messages of a chat are kept: enough for the live one and the notices after it."""

Json = dict[str, Any]


def keep_database(file: Path) -> None:
    """Copy the database while the program runs: what a crash at this moment would leave."""
    LEFT.mkdir(exist_ok=True)
    whole = file.with_suffix(".kept")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", (str(whole),))
    DATABASE.write_bytes(gzip.compress(whole.read_bytes(), mtime=0))


def keep_photos(folder: Path) -> None:
    """Pack the photo files, encrypted as they are."""
    with ZipFile(PHOTOS, "w", ZIP_DEFLATED) as pack:
        for photo in sorted(folder.iterdir()):
            pack.write(photo, photo.name)


def keep_messenger(messenger: Messenger, unconfirmed: list[Update]) -> None:
    """Write the chats, and the updates that the messenger will deliver again."""
    again = {update.update_id: update for update in (*unconfirmed, *messenger.updates.waiting)}
    messenger.updates.waiting = deque(again[number] for number in sorted(again))
    state = {**snapshot(messenger), "files": [], "commands": []}
    for person in state["people"]:
        person["messages"] = person["messages"][-LAST:]
    text = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
    MESSENGER.write_bytes(gzip.compress(text.encode(), mtime=0))


def lay_out_database(database: Path, photos: Path) -> None:
    """Unpack database and photos for the program."""
    database.write_bytes(gzip.decompress(DATABASE.read_bytes()))
    with ZipFile(PHOTOS) as pack:
        pack.extractall(photos)


def lay_out_messenger(folder: Path) -> None:
    """Unpack the chats for the sandbox."""
    (folder / "sandbox.json").write_bytes(gzip.decompress(MESSENGER.read_bytes()))


def messages_of(chat_id: int) -> dict[int, Json]:
    """Return the messages of a chat as the old version left them, by their ids."""
    state = json.loads(gzip.decompress(MESSENGER.read_bytes()))
    (chat,) = (person for person in state["people"] if person["spec"]["chat_id"] == chat_id)
    return {body["message_id"]: body for body, _keyboard in chat["messages"]}
