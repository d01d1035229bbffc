"""Secrets are unreadable in the database, and their key can be changed without a pause."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection

from clarion.channels.models import Channel
from clarion.kit import secrets

SECRET = {"token": "open sesame"}


@pytest.fixture
def keys(settings):
    """Set the keys in force: keys([new, old])."""

    def use(found):
        settings.SECRET_BOX_KEYS = [key.decode() for key in found]
        secrets._box.cache_clear()

    yield use
    secrets._box.cache_clear()


@pytest.fixture
def bakery(space):
    return Channel.objects.create(
        workspace=space,
        network_key="playground",
        remote_id="a1",
        handle="bakery",
        state="open",
        secret=SECRET,
    )


def stored(channel):
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM channels_channel WHERE id = %s", [channel.pk])
        return cursor.fetchone()[0]


def read(channel):
    return Channel.objects.get(pk=channel.pk).secret


def test_a_secret_comes_back_and_is_not_readable_in_between(bakery):
    assert read(bakery) == SECRET
    assert "sesame" not in stored(bakery)


def test_a_new_key_in_front_reads_what_the_old_one_wrote(keys, bakery):
    old, new = Fernet.generate_key(), Fernet.generate_key()
    keys([old])
    bakery.save()
    keys([new, old])
    assert read(bakery) == SECRET
    bakery.save()  # written anew, with the new key
    keys([new])
    assert read(bakery) == SECRET


def test_without_its_key_a_secret_stays_shut(keys, bakery):
    keys([Fernet.generate_key()])
    with pytest.raises(InvalidToken):
        read(bakery)
