"""Files that arrive in pieces."""

from datetime import timedelta

import pytest
from tests.film_kit import film
from tests.interfaces.api.conftest import Program, program_of

from clarion.content.library import keeping, preparing, uploads
from clarion.content.models import Media, Upload
from clarion.kit.errors import Conflict

BYTES = "application/octet-stream"


@pytest.fixture
def program(space, owner):
    return program_of(space.memberships.get(user=owner))


def begun(program, name, size, **more):
    said = program.post("uploads", {"name": name, "size": size, **more})
    assert said.status_code == 201, said.content
    return said.json()


def send(program, upload, offset, data):
    return program.client.generic(
        "PATCH",
        f"/api/v1/uploads/{upload['id']}?offset={offset}",
        data,
        content_type=BYTES,
        HTTP_AUTHORIZATION=f"Bearer {program.key}",
    )


def test_a_line_that_drops_in_the_middle_costs_one_piece(program):
    body = film()
    upload = begun(program, "film.mp4", len(body), key="film 1", folder="Summer / Beach")
    assert send(program, upload, 0, body[:1000]).json()["received"] == 1000
    # The same file chosen again goes on; so does whoever asks how far it is.
    assert begun(program, "film.mp4", len(body), key="film 1")["id"] == upload["id"]
    at = program.get(f"uploads/{upload['id']}").json()["received"]
    assert at == 1000
    done = send(program, upload, at, body[at:]).json()
    assert (done["state"], done["problem"]) == ("kept", "")
    medium = program.get(f"media/{done['media']}").json()
    assert (medium["kind"], medium["seconds"], medium["folder"]) == ("video", 1, "Summer/Beach")
    assert not Upload.objects.get().path.exists()


def test_a_piece_for_another_place_is_not_taken(program):
    upload = begun(program, "film.mp4", 5000)
    send(program, upload, 0, b"x" * 1000)
    for wrong in (0, 999, 1001):
        said = send(program, upload, wrong, b"y" * 10)
        assert said.status_code == 409
        assert said.json()["problem"] == "Go on at byte 1000: that much has arrived."
    assert Upload.objects.get().path.read_bytes() == b"x" * 1000


def test_more_than_was_announced_is_not_taken_and_what_had_come_stays(program):
    upload = begun(program, "film.mp4", 5000)
    send(program, upload, 0, b"x" * 4000)
    said = send(program, upload, 4000, b"y" * 1001)
    assert said.status_code == 422
    assert "More came than the 5,000 bytes" in said.json()["problem"]
    assert program.get(f"uploads/{upload['id']}").json()["received"] == 4000


def test_what_is_gone_from_the_disk_is_asked_for_again_and_never_zeros(program):
    upload = begun(program, "film.mp4", 5000)
    send(program, upload, 0, b"x" * 4000)
    Upload.objects.get().path.unlink()
    assert program.get(f"uploads/{upload['id']}").json()["received"] == 0
    assert send(program, upload, 4000, b"y" * 1000).status_code == 409
    assert send(program, upload, 0, b"z" * 10).json()["received"] == 10


@pytest.mark.parametrize(
    ("size", "why"),
    [(0, "The file is empty"), (5 * 2**40, "larger than 4,096 MB"), (2**62, "larger than")],
)
def test_a_size_that_cannot_be_is_refused_before_a_byte_is_sent(program, size, why):
    said = program.post("uploads", {"name": "film.mp4", "size": size})
    assert said.status_code == 422
    assert why in said.json()["problem"]


def test_a_full_disk_is_told_before(program, monkeypatch):
    monkeypatch.setattr(uploads, "SPARE", 10**18)
    said = program.post("uploads", {"name": "film.mp4", "size": 10})
    assert "not enough room on the disk" in said.json()["problem"]


def test_a_file_that_is_not_what_it_is_called_is_refused_and_removed(program):
    body = b"<svg xmlns='x'><script>alert(1)</script></svg>"
    upload = begun(program, "../../etc/logo.png", len(body))
    said = send(program, upload, 0, body).json()
    assert (said["state"], said["name"]) == ("refused", "logo.png")
    assert "This is an SVG drawing, which can hold scripts" in said["problem"]
    assert not Media.objects.exists()
    assert not Upload.objects.get().path.exists()


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_judged_by_the_worker(program, monkeypatch, work, png):
    monkeypatch.setattr(uploads, "AT_ONCE", 10)
    upload = begun(program, "loaf.png", len(png))
    assert send(program, upload, 0, png).json()["state"] == "checking"
    work()
    said = program.get(f"uploads/{upload['id']}").json()
    assert said["state"] == "kept"
    assert program.get(f"media/{said['media']}").json()["name"] == "loaf.png"


@pytest.mark.django_db(transaction=True)
def test_a_store_that_is_away_makes_a_file_wait_instead_of_refusing_it(
    program, monkeypatch, png, later, work
):
    def away(*_):
        raise keeping.NoRoom("The file could not be stored.")

    upload = begun(program, "loaf.png", len(png))
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "keep", lambda *_, **__: away())
        assert send(program, upload, 0, png).json()["state"] == "checking"
    with later(minutes=3):
        work()
    assert program.get(f"uploads/{upload['id']}").json()["state"] == "kept"


def test_nobody_else_sees_or_feeds_it_not_even_a_colleague(program, member, space):
    upload = begun(program, "film.mp4", 5000)
    bo: Program = program_of(member("editor"))
    assert bo.get("uploads").json()["items"] == []
    assert bo.get(f"uploads/{upload['id']}").status_code == 404
    assert send(bo, upload, 0, b"x").status_code == 404
    assert bo("DELETE", f"uploads/{upload['id']}").status_code == 404
    other = member("editor", name="Cy").actor()
    with pytest.raises(Exception, match="Somebody else is sending this file"):
        uploads.take(Upload.objects.get(), 0, [b"x"], by=other)
    assert Upload.objects.get().received == 0


def test_whoever_may_only_read_sends_nothing(member):
    said = program_of(member("analyst")).post("uploads", {"name": "a.png", "size": 5})
    assert said.status_code == 403


def test_a_rehearsal_keeps_nothing(program, png):
    upload = begun(program, "loaf.png", len(png))
    way = f"/api/v1/uploads/{upload['id']}?offset=0&dry_run=true"
    auth = {"HTTP_AUTHORIZATION": f"Bearer {program.key}"}
    said = program.client.generic("PATCH", way, png, content_type=BYTES, **auth).json()
    assert (said["received"], said["dry_run"]) == (len(png), True)
    assert program.get(f"uploads/{upload['id']}").json()["received"] == 0
    assert send(program, upload, 0, png).json()["state"] == "kept"


def test_stopping_forgets_what_has_come(program):
    upload = begun(program, "film.mp4", 5000)
    send(program, upload, 0, b"x" * 100)
    path = Upload.objects.get().path
    assert path.exists()
    assert program("DELETE", f"uploads/{upload['id']}").json()["gone"] is True
    assert not Upload.objects.exists()


def test_what_nobody_goes_on_with_is_forgotten_after_a_week(program, later, monkeypatch):
    upload = begun(program, "film.mp4", 5000)
    send(program, upload, 0, b"x" * 100)
    path = Upload.objects.get().path

    def tidied():
        monkeypatch.setattr(preparing, "_tidied", -preparing.EVERY)
        preparing.tidy()
        return not Upload.objects.exists()

    with later(days=6):
        assert not tidied()
        assert path.exists()
    with later(days=uploads.FORGOTTEN / timedelta(days=1), minutes=1):
        assert tidied()
    assert not path.exists()


def test_what_is_being_checked_takes_no_more(program, monkeypatch, png):
    monkeypatch.setattr(uploads, "AT_ONCE", 10)
    upload = begun(program, "loaf.png", len(png))
    send(program, upload, 0, png)
    said = send(program, upload, len(png), b"x")
    assert said.status_code == 409
    assert "arrived already" in said.json()["problem"]
    with pytest.raises(Conflict):
        uploads.call_off(Upload.objects.get(), by=Upload.objects.get().sender.actor())
