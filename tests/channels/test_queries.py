from datetime import timedelta

from cryptography.fernet import Fernet
from django.utils import timezone

from clarion.channels.models import Channel
from clarion.channels.queries import health
from clarion.kit import secrets


def test_open_channels_are_well(channel):
    assert [finding.is_well for finding in health()] == [True, True]


def test_a_shut_channel_is_named_with_what_to_do(channel):
    channel.move(Channel.State.SHUT, problem="The password has changed.")
    [_, tokens] = health()
    assert "bakery" in tokens.says
    assert "Connect again" in tokens.do


def test_a_grant_that_ran_out_unnoticed_is_named(channel):
    past = timezone.now() - timedelta(hours=1)
    Channel.objects.update(grant_expires_at=past, due_at=past)
    [_, tokens] = health()
    assert not tokens.is_well


def test_keys_that_do_not_fit_are_noticed(channel, settings):
    settings.SECRET_BOX_KEYS = [Fernet.generate_key().decode()]
    secrets._box.cache_clear()
    try:
        [keys] = health()
    finally:
        secrets._box.cache_clear()
    assert "CLARION_SECRET_BOX_KEYS" in keys.do
