"""Files that were made to do harm, through the doors that people and programs use."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.film_kit import film
from tests.interfaces.api.conftest import program_of
from tests.pictures.test_inspect import PAGE, SCRIPT, bomb, picture

from clarion.content.models import Media, Upload

JS = b"app.alert(document.domain)"


def pdf(catalog=b"", annotation=b"", page=b""):
    """A PDF of one page, with something more in its catalog, its page or on it."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R " + catalog + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]" + page + b"/Annots[4 0 R]>>",
        b"<</Type/Annot/Subtype/Link/Rect[0 0 200 100]/Border[0 0 0]" + annotation + b">>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + head + table + tail % (len(parts) + 1, len(out))


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("evil.html", PAGE)
    return out.getvalue()


REFUSED = {
    "svg": (SCRIPT, "This is an SVG drawing, which can hold scripts. Export it as PNG."),
    "svg-behind-a-mark": (b"\xef\xbb\xbf \n" + SCRIPT, "This is an SVG drawing"),
    "page": (PAGE, "This is a web page or other markup"),
    "page-that-is-a-pdf-too": (b"<html>%PDF-1.7" + pdf(), "This is a web page or other markup"),
    "page-that-begins-like-a-film": (b"<!--ftypisom" + PAGE, "The film is broken"),
    "script-that-begins-like-a-gif": (
        b"GIF89a=1;" + JS,
        "This is not a JPEG, PNG, WebP or GIF picture",
    ),
    "list-of-films": (b"#EXTM3U\nfile:///etc/passwd\n", "a list of films, not a film"),
    "bomb": (bomb(), "more pixels than any network takes"),
    "pdf-with-a-script-on-a-page": (
        pdf(annotation=b"/A<</S/JavaScript/JS(" + JS + b")>>"),
        "The PDF holds scripts or attachments",
    ),
    "pdf-with-a-script-under-another-name": (
        pdf(annotation=b"/A<</S/J#61vaScript/J#53(" + JS + b")>>"),
        "The PDF holds scripts or attachments",
    ),
    "pdf-that-starts-a-program": (
        pdf(annotation=b"/A<</S/Launch/F(calc.exe)>>"),
        "The PDF holds scripts or attachments",
    ),
    "pdf-cut-short": (pdf()[:40], "The PDF is broken"),
}
# These are made harmless: what is kept is written anew, and nothing of the harm is in it.
CLEANED = {
    "pdf-that-runs-when-opened": (
        pdf(catalog=b"/OpenAction<</S/JavaScript/JS(" + JS + b")>>"),
        JS,
    ),
    "picture-with-an-archive": (picture("PNG") + archive(), b"PK\x03\x04"),
    "picture-with-a-page": (picture("JPEG") + PAGE, PAGE),
    "film-with-an-archive": (film() + archive(), b"PK\x03\x04"),
    "film-with-a-page": (film() + b"\0\0\0\x3ffree" + PAGE, PAGE),
}


@pytest.fixture
def browser(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def program(space, owner):
    return program_of(space.memberships.get(user=owner))


def in_pieces(program, data):
    made = program.post("uploads", {"name": "logo.png", "size": len(data)}).json()
    return program.client.generic(
        "PATCH",
        f"/api/v1/uploads/{made['id']}?offset=0",
        data,
        content_type="application/octet-stream",
        HTTP_AUTHORIZATION=f"Bearer {program.key}",
    ).json()


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_file_is_refused_with_a_sentence(browser, program, space, data, why):
    for name in ("logo.png", "film.mp4", "menu.pdf"):  # whatever it is called
        said = browser.post("/w/bakery/library/add/", {"files": SimpleUploadedFile(name, data)})
        assert said.status_code == 422
        assert why in said.content.decode()
    sent = in_pieces(program, data)
    assert sent["state"] == "refused"
    assert why in sent["problem"]
    assert not Media.objects.exists()
    assert not Upload.objects.get().path.exists()


@pytest.mark.parametrize(("data", "harm"), CLEANED.values(), ids=CLEANED)
def test_what_is_hidden_in_a_file_does_not_come_in(browser, program, space, data, harm):
    assert harm in data
    sent = in_pieces(program, data)
    assert (sent["state"], sent["problem"]) == ("kept", "")
    medium = Media.objects.get()
    kept = medium.path.read_bytes()
    assert harm not in kept
    served = browser.get(f"/w/bakery/media/{medium.pk}/")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Type"].split("/")[0] in ("image", "video", "application")
    if medium.kind == Media.Kind.DOCUMENT:
        assert served.headers["Content-Disposition"].startswith("attachment")
    served.close()


def test_a_picture_of_too_many_pixels_costs_no_memory(browser, space):
    """A JPEG says its size in its head: nothing of it is decoded."""
    out = io.BytesIO()
    Image.new("L", (64, 64)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = b"\xff\xdc\xff\xdc"  # 65,500 by 65,500
    file = SimpleUploadedFile("logo.jpg", bytes(data))
    said = browser.post("/w/bakery/library/add/", {"files": file})
    assert "more pixels than any network takes" in said.content.decode()
