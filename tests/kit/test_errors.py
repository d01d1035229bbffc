"""A refusal says what it is about, so that a form can show it beside the field."""

from clarion.kit.errors import Conflict, NotYet


def test_a_refusal_names_its_field():
    refusal = NotYet("Give the campaign a name.", "name")
    assert (str(refusal), refusal.about) == ("Give the campaign a name.", "name")
    assert NotYet("Not today.").about == ""


def test_being_late_is_a_kind_of_not_yet():
    assert isinstance(Conflict("Somebody else was quicker."), NotYet)
