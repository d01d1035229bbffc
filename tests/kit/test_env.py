"""A wrong setting stops the start with a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from clarion.kit import env


def test_a_setting_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("CLARION_X", "here")
    assert env.text("CLARION_X") == "here"


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("CLARION_X", "from the environment")
    monkeypatch.setenv("CLARION_X_FILE", str(tmp_path / "secret"))
    assert env.text("CLARION_X") == "from the file"


def test_a_file_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CLARION_X_FILE", str(tmp_path / "gone"))
    with pytest.raises(ImproperlyConfigured, match=r"CLARION_X_FILE: cannot read .*gone"):
        env.text("CLARION_X", "default")


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.delenv("CLARION_X", raising=False)
    with pytest.raises(ImproperlyConfigured, match="Set CLARION_X"):
        env.text("CLARION_X")


@pytest.mark.parametrize("said", ["true", "1", "on", ""])
def test_only_yes_and_no_are_yes_and_no(monkeypatch, said):
    monkeypatch.setenv("CLARION_X", said)
    with pytest.raises(ImproperlyConfigured, match="say yes or no"):
        env.flag("CLARION_X", default=False)


@pytest.mark.parametrize(("said", "meant"), [("yes", True), ("NO", False)])
def test_yes_and_no_are_understood(monkeypatch, said, meant):
    monkeypatch.setenv("CLARION_X", said)
    assert env.flag("CLARION_X", default=not meant) is meant


def test_a_list_may_have_gaps(monkeypatch):
    monkeypatch.setenv("CLARION_X", " a, ,b,")
    assert env.words("CLARION_X", "") == ["a", "b"]
