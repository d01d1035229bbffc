"""Keys nobody can guess, kept so that reading the database opens nothing."""

from clarion.kit.keys import key_hash, new_key


def test_no_two_keys_are_alike():
    assert len({new_key() for _ in range(1000)}) == 1000


def test_a_key_can_stand_in_an_address():
    key = new_key("clarion_")
    assert key.startswith("clarion_")
    assert len(key) >= len("clarion_") + 43  # 256 bits
    assert key.replace("-", "").replace("_", "").isalnum()


def test_what_is_kept_does_not_tell_the_key():
    key = new_key()
    assert key not in key_hash(key)
    assert key_hash(key) == key_hash(key)
    assert len(key_hash(key)) == 64


def test_half_an_emoji_as_a_key_is_just_a_wrong_key():
    assert key_hash("\ud83d") != key_hash(new_key())
