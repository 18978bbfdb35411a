"""Rendering time and file size of pictures.

    python -m benchmarks.pictures [ROUNDS]

For each kind of picture it prints the CPU milliseconds of the calling thread (best and median, caches warm,
everything from the serials to the file) and the size of the file; then the same for other encoders of the
same batch. Each picture shows different numbers, as in use.
"""

import argparse
import io
import random
import statistics
import time
from collections.abc import Callable
from functools import partial

from PIL import Image

from bot.pictures.batch import batch_picture
from bot.pictures.plates import plate_picture
from bot.pictures.receipt import receipt_picture
from tests import receipts

_dice = random.Random(36)


def serial(kind: str) -> str:
    """Return a random serial of a kind."""
    digits = f"{_dice.randrange(100_000):05}"
    return {"small": "A" + digits[:4], "small_nev": "D" + digits, "large_nev": digits + "F"}[kind]


def batch(kind: str, *, rehearsal: bool = False) -> bytes:
    """Render ten plates under a title that never repeats."""
    title = f"第 2 批 · {_dice.randrange(24):02}:{_dice.randrange(60):02}:{_dice.randrange(60):02} 前选择"
    plates = [serial(kind) for _ in range(10)]
    footer = "每批可将 1 个号码加入备选。剩余随机选号次数 3"
    return batch_picture("粤K", kind, plates, title=title, footer=footer, rehearsal=rehearsal)


def receipt(kind: str) -> bytes:
    return receipt_picture(receipts.receipt(kind, serial(kind)))


def single(kind: str) -> bytes:
    return plate_picture("粤K", kind, serial(kind))


def measure(name: str, draw: Callable[[], bytes], rounds: int) -> None:
    """Print a line about one way to make a picture."""
    for _ in range(max(3, rounds // 4)):
        size = len(draw())
    spans = []
    for _ in range(rounds):
        start = time.thread_time()
        size = len(draw())
        spans.append((time.thread_time() - start) * 1000)
    print(f"{name:<36} {min(spans):6.2f} {statistics.median(spans):6.2f} ms {size / 1000:7.1f} kB")


def written(picture: Image.Image, form: str, **options: int) -> Callable[[], bytes]:
    """Return a function that writes a picture with Pillow's own encoder."""

    def write() -> bytes:
        file = io.BytesIO()
        picture.save(file, form, **options)
        return file.getvalue()

    return write


def main(rounds: int) -> None:
    print(f"{'':<36} {'best':>6} {'median':>6}")
    for kind in ("small", "small_nev", "large_nev"):
        measure(f"batch of ten, {kind}", partial(batch, kind), rounds)
        measure(f"the same in a rehearsal, {kind}", partial(batch, kind, rehearsal=True), rounds)
        measure(f"receipt, {kind}", partial(receipt, kind), rounds)
        measure(f"single plate, {kind}", partial(single, kind), rounds)
    print("writing alone, small batch already drawn:")
    picture = Image.open(io.BytesIO(batch("small")))
    picture.load()
    measure("  Pillow PNG, level 1", written(picture, "PNG", compress_level=1), rounds)
    measure("  Pillow PNG, default", written(picture, "PNG"), rounds)
    measure("  Pillow JPEG, quality 80", written(picture.convert("RGB"), "JPEG", quality=80), rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rounds", type=int, nargs="?", default=100)
    main(parser.parse_args().rounds)
