"""Pictures in the two sizes that pages show: one to look at, one for lists."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketplace.infra.files.services import IMAGES, Upload

if TYPE_CHECKING:  # loaded with the first picture, not with the site
    from PIL import Image

KINDS = tuple(IMAGES)
LARGE, SMALL = 1600, 480
"""Pixels of the longer side, at most; a smaller picture is not enlarged."""
MEDIA_TYPE = "image/webp"
QUALITY = 82


@dataclass(frozen=True)
class Sized:
    """A picture as it is kept, and its size in pixels, so that a page keeps its place before it has come."""

    upload: Upload
    width: int
    height: int


@dataclass(frozen=True)
class Picture:
    """One picture in both sizes."""

    large: Sized
    small: Sized


def in_sizes(upload: Upload) -> Picture:
    """A checked picture as WebP with a longer side of at most ``LARGE`` and ``SMALL`` pixels; nothing else of it is kept."""
    from PIL import Image

    opened = Image.open(io.BytesIO(upload.data))
    whole = opened if opened.mode in ("RGB", "RGBA") else opened.convert("RGB")
    large = _scaled(whole, LARGE)
    stem = upload.name.rpartition(".")[0]
    return Picture(_sized(large, stem), _sized(_scaled(large, SMALL), stem))


def _scaled(picture: Image.Image, most: int) -> Image.Image:
    from PIL import Image

    longer = max(picture.size)
    if longer <= most:
        return picture
    size = tuple(max(1, round(side * most / longer)) for side in picture.size)
    return picture.resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _sized(picture: Image.Image, stem: str) -> Sized:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4)
    return Sized(Upload(f"{stem}.webp", MEDIA_TYPE, out.getvalue()), *picture.size)
