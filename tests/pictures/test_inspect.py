"""Files that lie about what they are."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from clarion.pictures.inspect import Unfit, clean

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(document.domain)</script>"


def picture(kind="PNG", size=(40, 30), mode="RGB", **saving):
    out = io.BytesIO()
    Image.new(mode, size, 90).save(out, kind, **saving)
    return out.getvalue()


def with_exif(**saving):
    """A JPEG that lies on its side, and says where it was taken and by which camera."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKER] = "Camera of Ada"
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return picture("JPEG", exif=exif, **saving)


def chunk(kind, body):
    return (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    )


def bomb(width=60_000, height=60_000):
    """A few kB that would be 3.6 gigapixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 10_000))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_stays_what_it_is(kind):
    found = clean(picture(kind))
    assert (found.width, found.height) == (40, 30)
    assert found.mime == f"image/{kind.lower()}"
    assert Image.open(io.BytesIO(found.data)).size == (40, 30)


def test_nobody_learns_where_a_picture_was_taken():
    data = with_exif()
    assert b"Camera of Ada" in data
    found = clean(data)
    assert not Image.open(io.BytesIO(found.data)).getexif()
    assert b"Camera of Ada" not in found.data


def test_a_picture_that_lies_on_its_side_is_put_upright():
    found = clean(with_exif())
    assert (found.width, found.height) == (30, 40)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_words_beside_the_pixels_do_not_survive(kind):
    exif = Image.Exif()
    exif[MAKER] = "Camera of Ada"
    data = picture(kind, exif=exif.tobytes())
    assert b"Camera of Ada" in data
    assert b"Camera of Ada" not in clean(data).data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_what_is_hidden_behind_the_picture_is_gone(kind):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("evil.html", PAGE)
    for hidden in (archive.getvalue(), PAGE, b"<?php system($_GET['c']); ?>"):
        found = clean(picture(kind) + hidden)
        assert hidden not in found.data
        assert not zipfile.is_zipfile(io.BytesIO(found.data))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (SCRIPT, "not a JPEG, PNG, WebP or GIF"),
        (PAGE, "not a JPEG, PNG, WebP or GIF"),
        (b"%PDF-1.7 " + b"x" * 100, "not a JPEG, PNG, WebP or GIF"),
        (b"GIF89a" + SCRIPT, "cannot be read|not a JPEG"),
        (b"\x00" * 1000, "not a JPEG, PNG, WebP or GIF"),
        (picture("PNG")[:60], "cannot be read to its end"),
        (picture("JPEG", (400, 300))[:-200], "cannot be read to its end"),
        (bomb(), "more pixels"),
        (picture("TIFF"), "not a JPEG, PNG, WebP or GIF"),
    ],
    ids=[
        "nothing",
        "svg-with-script",
        "page",
        "pdf",
        "script-that-begins-like-a-gif",
        "zeros",
        "half-a-png",
        "half-a-jpeg",
        "bomb",
        "tiff",
    ],
)
def test_what_is_no_picture_is_refused_in_words(data, why):
    with pytest.raises(Unfit, match=why):
        clean(data)


def test_two_hundred_megabytes_are_refused_before_they_are_decoded():
    with pytest.raises(Unfit, match="larger than 50 MB"):
        clean(bytes(200 * 1024 * 1024))


def moving(kind="GIF", frames=3, size=(8, 8), **saving):
    out = io.BytesIO()
    shades = [Image.new("L", size, 60 * (n % 4)) for n in range(frames)]
    shades[0].save(out, kind, save_all=True, append_images=shades[1:], duration=200, **saving)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_a_moving_picture_keeps_moving(kind):
    found = Image.open(io.BytesIO(clean(moving(kind)).data))
    assert found.n_frames == 3
    found.seek(1)
    found.load()
    assert found.info["duration"] == 200


def test_a_moving_picture_without_end_is_refused():
    with pytest.raises(Unfit, match="too long"):
        clean(moving(frames=600, size=(2, 2)))


@pytest.mark.parametrize(
    "data",
    [
        picture("JPEG", comment=PAGE),
        picture("GIF", comment=PAGE),
        moving("GIF", comment=PAGE),
        moving("WEBP", exif=PAGE),
        moving("PNG", exif=PAGE),
        picture("JPEG", icc_profile=PAGE),
        picture("WEBP", xmp=PAGE),
    ],
    ids=["jpeg", "gif", "moving-gif", "moving-webp", "moving-png", "colour-profile", "xmp"],
)
def test_a_script_in_a_comment_does_not_survive(data):
    assert PAGE in data
    assert PAGE not in clean(data).data


def test_what_is_transparent_stays_so():
    see_through = Image.new("P", (8, 8), 0)
    out = io.BytesIO()
    see_through.save(out, "PNG", transparency=0)
    found = Image.open(io.BytesIO(clean(out.getvalue()).data)).convert("RGBA")
    assert found.getpixel((0, 0))[3] == 0


def test_the_same_pixels_are_one_picture():
    assert clean(picture()).sha256 == clean(picture()).sha256
