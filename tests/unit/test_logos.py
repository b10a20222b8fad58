"""A logo is known by its bytes."""

import pytest

from subscriptions.core.errors import Invalid
from subscriptions.newsletters.logos import MAX_BYTES, read_logo
from tests.support.pictures import jpeg, png, webp

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(400, 120), "png"),
        (jpeg(400, 120), "jpeg"),
        *((webp(kind, 400, 120), "webp") for kind in (b"VP8X", b"VP8L", b"VP8 ")),
    ],
)
def test_a_picture_says_its_kind_and_its_size(data: bytes, kind: str) -> None:
    logo = read_logo(data)
    assert (logo.kind, logo.width, logo.height) == (kind, 400, 120)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "PNG, JPEG or WebP"),
        (SVG, "PNG, JPEG or WebP"),
        (b"GIF89a" + bytes(100), "PNG, JPEG or WebP"),
        (b"<html>" + png(), "PNG, JPEG or WebP"),
        (png()[:20], "PNG, JPEG or WebP"),
        (jpeg()[:12], "PNG, JPEG or WebP"),
        (b"\xff\xd8\xff\xe0\x00\x00" + bytes(50), "PNG, JPEG or WebP"),
        (webp()[:25], "PNG, JPEG or WebP"),
        (png(2001, 1), "2,000 pixels"),
        (png(0, 1), "2,000 pixels"),
        (png(padding=MAX_BYTES), "12 kB"),
    ],
)
def test_what_is_no_small_picture_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_logo(data)
    assert words in str(refused.value.message)
