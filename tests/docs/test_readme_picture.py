"""The moving picture of the README: small enough to load, and the tool still records it from the demo."""

from pathlib import Path

import pytest
from PIL import Image

from tests.browser_person import TELEPHONE
from tools import make_readme_picture as tool

ROOT = Path(__file__).parents[2]


def _facts(file: Path) -> tuple[tuple[int, int], int]:
    with Image.open(file) as picture:
        return picture.size, int(getattr(picture, "n_frames", 1))


def test_moving_picture_is_of_a_telephone_and_small() -> None:
    size, frames = _facts(tool.FILE)
    assert size == TELEPHONE
    assert frames >= 12
    assert tool.FILE.stat().st_size < tool.MOST_BYTES
    for readme in ("README.md", "README.zh-CN.md"):
        assert tool.FILE.relative_to(ROOT).as_posix() in (ROOT / readme).read_text(encoding="utf-8")


@pytest.mark.soak
@pytest.mark.browser
async def test_moving_picture_can_be_recorded_again(tmp_path: Path) -> None:
    made = tmp_path / "made.gif"
    await tool.main(made)
    assert _facts(made) == _facts(tool.FILE)
