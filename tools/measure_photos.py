"""Measure cost and accuracy of photo validation: the figures of the decision page.

python tools/measure_photos.py      # about two minutes
"""

import io
import itertools
import random
import resource
import time
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

from PIL import Image, ImageEnhance, ImageFilter

from bot.photos.perceptual_hash import fingerprint, similarity
from bot.photos.sharpness import sharpness
from bot.photos.validation import validate
from core.settings import PhotoSettings
from tests.malicious_files import saved as saved_as
from tests.photographed import PAPERS, Shot, exposed, grain, jpeg, laid_out, page, photographed

SETTINGS = (  # longer side, share of the photo covered by the page, noise, light, JPEG quality
    (1280, 0.85, 0, 1.0, 85),
    (1280, 0.85, 4, 1.0, 85),
    (1280, 0.85, 10, 0.4, 60),
    (800, 0.85, 4, 1.0, 75),
    (2000, 0.85, 4, 1.0, 85),
    (1280, 0.5, 4, 1.0, 85),
)
SPOILT = ((0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (6, 0), (0, 5), (0, 10), (0, 20), (0, 40))  # blur, shake
SEEDS = 2


def saved(picture: Image.Image, quality: int) -> Image.Image:
    """Return a picture after a round trip through JPEG."""
    return Image.open(io.BytesIO(jpeg(picture, quality))).convert("RGB")


def cropped(picture: Image.Image, share: float) -> Image.Image:
    """Return a picture with its edges cropped, each by a different amount."""
    width, height = picture.size
    box = (width * share, height * share / 2, width * (1 - share / 3), height * (1 - share))
    left, upper, right, lower = (round(value) for value in box)
    return picture.crop((left, upper, right, lower))


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG of quality 30": lambda image: saved(image, 30),
    "half the size": lambda image: saved(image.resize((image.width // 2, image.height // 2)), 70),
    "lighter by 30 %": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "darker, more contrast": lambda image: ImageEnhance.Contrast(
        ImageEnhance.Brightness(image).enhance(0.7)
    ).enhance(1.3),
    "blurred by 2": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "turned by 90 degrees": lambda image: image.rotate(90, expand=True),
    "cropped by 1 %": lambda image: cropped(image, 0.01),
    "cropped by 3 %": lambda image: cropped(image, 0.03),
    "cropped by 6 %": lambda image: cropped(image, 0.06),
    "turned by 1 degree": lambda image: image.rotate(1, Image.Resampling.BICUBIC),
}


def measure_sharpness() -> None:
    """Print the lowest and the highest sharpness for each combination of blur and shake."""
    for side, fill, noise, light, quality in SETTINGS:
        print(f"\n{side} px, page fills {fill}, noise {noise}, light {light}, JPEG {quality}")
        still = Shot(side=side, light=light, fill=fill)
        scenes = [
            (seed, laid_out(page(paper, seed), still, seed)) for paper in PAPERS for seed in range(SEEDS)
        ]
        for blur, shake in SPOILT:
            shot = Shot(side=side, blur=blur, noise=noise, shake=shake)
            found = [sharpness(saved(exposed(scene, shot, seed), quality)) for seed, scene in scenes]
            print(f"  blur {blur} shake {shake:2}: {min(found):5.1f} to {max(found):5.1f}")


def measure_similarity() -> None:
    """Print the lowest and the highest similarity of copies, and of photos of other papers."""
    shot = Shot(side=1000)
    there = {(paper, seed): photographed(page(paper, seed), shot, 1) for paper in PAPERS for seed in range(4)}
    print()
    for name, copied in COPIES.items():
        _print(name, [(image, copied(image)) for image in there.values()])
    same_place = [(there[a], there[b]) for a, b in itertools.combinations(there, 2) if a[0] == b[0]]
    _print("another paper of its kind, same place", same_place)
    again = [(image, photographed(page(*key), shot, 2)) for key, image in there.items()]
    _print("the same paper, photographed again", again)
    others = [(there[a], there[b]) for a, b in itertools.combinations(there, 2) if a[0] != b[0]]
    _print("a paper of another kind", others)


def _print(name: str, pairs: list[tuple[Image.Image, Image.Image]]) -> None:
    found = [similarity(fingerprint(image), fingerprint(other)) for image, other in pairs]
    print(f"{name:40} {min(found):.3f} to {max(found):.3f} ({len(found)} pairs)")


LARGEST = (5000, 5000)
FORMATS: dict[str, tuple[str, str, dict[str, Any]]] = {  # mode, format and options of Pillow
    "JPEG": ("RGB", "JPEG", {"quality": 60}),
    "progressive JPEG": ("RGB", "JPEG", {"quality": 60, "progressive": True}),
    "JPEG in CMYK": ("CMYK", "JPEG", {"quality": 60}),
    "PNG with alpha": ("RGBA", "PNG", {"compress_level": 1}),
    "WebP": ("RGB", "WEBP", {"method": 0}),
    "lossless WebP with alpha": ("RGBA", "WEBP", {"lossless": True, "method": 0}),
}


def huge(kind: str) -> bytes:
    """Return a file with the maximum number of pixels."""
    grey = grain((500, 500), 60, random.Random(1)).resize(LARGEST, Image.Resampling.NEAREST)  # noqa: S311 - noise
    mode, file, options = FORMATS[kind]
    return saved_as(Image.merge(mode, [grey] * len(mode)), file, **options)


def memory_of(kind: str) -> tuple[int, float]:
    """Return by how many MB validating such a file grows a fresh process, and the seconds it takes."""
    with get_context("spawn").Pool(1) as made, get_context("spawn").Pool(1) as pool:
        return pool.apply(_judged, (made.apply(huge, (kind,)),))


def _judged(content: bytes) -> tuple[int, float]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    validate(content, PhotoSettings(min_sharpness=0))
    took = time.process_time() - began
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, took


def measure_memory() -> None:
    """Print memory and time of the largest photos of each format."""
    print()
    for kind in FORMATS:
        added, took = memory_of(kind)
        print(f"{kind:40} {added} MB, {took:.1f} s of CPU")


if __name__ == "__main__":
    measure_memory()
    measure_sharpness()
    measure_similarity()
