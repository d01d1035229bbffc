"""The library with its files in S3, against a real server that speaks it."""

import io
import shutil
from hashlib import sha256

import boto3
import pytest
from django.test import Client
from moto.server import ThreadedMotoServer
from PIL import Image
from tests.interfaces.api.conftest import program_of
from tests.playground_kit import free_port

from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content import library
from clarion.content.library import preparing
from clarion.content.models import Media, Rendition, Upload
from clarion.kit import store
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery

BYTES = "application/octet-stream"
pytestmark = pytest.mark.filterwarnings("default")  # of the server's, which is not ours


def picture(width=1200, height=400):
    image = Image.effect_noise((width, height), 90).convert("RGB")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


class Bucket:
    """The other side: what is really there; and a machine whose folder is empty."""

    def __init__(self, port, root):
        self.port, self.root, self.server = port, root, None
        self.up()
        self.s3 = boto3.resource(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            region_name="us-east-1",
        )
        self.bucket = self.s3.create_bucket(Bucket="clarion")

    def up(self):
        self.server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self.server.start()

    def down(self):
        self.server.stop()

    def names(self):
        return {each.key for each in self.bucket.objects.all()}

    def forget_folder(self):
        shutil.rmtree(self.root)


@pytest.fixture
def bucket(settings, tmp_path):
    port = free_port()
    settings.MEDIA_ROOT = tmp_path / "media"
    found = Bucket(port, settings.MEDIA_ROOT)
    settings.MEDIA_STORE = f"s3://key:secret@127.0.0.1:{port}/clarion?tls=no"
    yield found
    found.bucket.objects.all().delete()
    found.bucket.delete()
    found.down()


@pytest.fixture
def program(space, owner):
    return program_of(space.memberships.get(user=owner))


@pytest.fixture
def browser(owner, space):
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def instagram(space, boss, playground):
    answers = {"server": playground.url, "handle": "gram", "practises": "instagram"}
    [channel] = channels.start(space, "playground", answers, "", by=boss)
    return channel


def send(program, data, piece=100_000):
    upload = program.post("uploads", {"name": "wide.png", "size": len(data)}).json()
    for at in range(0, len(data), piece):
        upload = program.client.generic(
            "PATCH",
            f"/api/v1/uploads/{upload['id']}?offset={at}",
            data[at : at + piece],
            content_type=BYTES,
            HTTP_AUTHORIZATION=f"Bearer {program.key}",
        ).json()
    return upload


def key(medium):
    return f"{medium.sha256[:2]}/{medium.sha256}"


@pytest.mark.django_db(transaction=True)
def test_a_picture_lives_in_s3_from_its_first_piece_to_the_bin(
    bucket, program, browser, space, boss, instagram, playground, work, later, monkeypatch
):
    upload = send(program, picture())
    assert (upload["state"], upload["problem"]) == ("kept", "")
    medium = Media.objects.get()
    assert bucket.names() == {key(medium)}
    bucket.forget_folder()  # another machine serves the page
    one = f"/w/bakery/media/{medium.pk}/"
    assert browser.get(f"{one}small/").content[8:12] == b"WEBP"
    assert sha256(browser.get(one).content).hexdigest() == medium.sha256
    library.change(medium, alt="Noise", by=boss)

    post = content.write(space, "Look", [instagram], media=[medium], by=boss)
    publishing.publish_now(post, by=boss)
    bucket.forget_folder()
    with later(seconds=5):
        work()
    made = Rendition.objects.get()
    assert f"made/{made.sha256[:2]}/{made.sha256}" in bucket.names()
    bucket.forget_folder()  # a third machine publishes what the second has made
    with later(minutes=1):
        work()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.problem) == ("live", "")
    assert playground.stats["accepted"] == 1

    spare = Media.objects.get(pk=send(program, picture(300, 300))["media"])
    library.throw_away(spare, by=boss)
    with later(days=31):
        monkeypatch.setattr(preparing, "_tidied", -preparing.EVERY)
        preparing.tidy()
    assert not Media.objects.filter(pk=spare.pk).exists()
    assert key(spare) not in bucket.names()
    assert key(medium) in bucket.names()


@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_is_down_loses_nothing_and_says_so(
    bucket, program, browser, space, boss, instagram, playground, work, later, monkeypatch
):
    there = Media.objects.get(pk=send(program, picture(900, 400))["media"])
    library.change(there, alt="Noise", by=boss)
    post = content.write(space, "Look", [instagram], media=[there], by=boss)
    publishing.publish_now(post, by=boss)
    library.throw_away(spare := library.add(space, "b.png", picture(64, 64), by=boss), by=boss)
    bucket.forget_folder()
    bucket.down()

    asked = browser.get(f"/w/bakery/media/{there.pk}/")
    assert asked.status_code == 503
    assert "The file store does not answer" in asked.content.decode()
    upload = send(program, picture(500, 500))
    assert upload["state"] == "checking"
    with later(minutes=3):
        work()
        monkeypatch.setattr(preparing, "_tidied", -preparing.EVERY)
    with later(days=31):
        preparing.tidy()
    waiting = Upload.objects.get(pk=upload["id"])
    assert waiting.state == "checking"
    assert "The file store does not answer" in waiting.problem
    assert "The file store does not answer" in Rendition.objects.get().problem
    waits = Delivery.objects.get()
    assert (waits.state, waits.problem) == (
        "planned",
        "Its pictures or films are being prepared for the network.",
    )
    assert Media.objects.filter(pk=spare.pk).exists()
    assert playground.stats["accepted"] == 0

    bucket.up()
    with later(minutes=10):
        work()
    with later(minutes=15):
        work()
    assert Upload.objects.get(pk=upload["id"]).state == "kept"
    assert Delivery.objects.get().state == "live"
    assert playground.stats["accepted"] == 1


def test_what_only_the_folder_has_goes_to_the_bucket_before_it_makes_room(
    bucket, settings, space, boss
):
    url, settings.MEDIA_STORE = settings.MEDIA_STORE, ""
    medium = library.add(space, "a.png", picture(64, 64), by=boss)
    settings.MEDIA_STORE, settings.MEDIA_CACHE = url, 0
    assert bucket.names() == set()
    assert store.make_room() == 2
    assert not medium.path.exists()
    assert bucket.names() == {key(medium)}
    assert store.at_hand(medium.path).stat().st_size == medium.size


def test_a_bucket_that_is_not_there_is_told_as_the_store_said_it(bucket, settings, space, boss):
    settings.MEDIA_STORE = settings.MEDIA_STORE.replace("/clarion", "/elsewhere")
    with pytest.raises(Exception, match=r"The file store said no \(NoSuchBucket\)"):
        library.add(space, "a.png", picture(64, 64), by=boss)
    assert not Media.objects.exists()


def test_an_export_holds_what_lies_in_the_bucket_alone(bucket, settings, space, boss):
    medium = library.add(space, "a.png", picture(64, 64), by=boss)
    bucket.forget_folder()
    assert store.everything(settings.MEDIA_ROOT) == {medium.path}
