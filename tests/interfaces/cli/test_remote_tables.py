"""What people see on a terminal."""

from clarion.interfaces.cli.tables import listed, shown

ROWS = [
    {"id": 1, "state": "draft", "text": "Rye at eight", "seal": "x" * 64, "link": ""},
    {"id": 2, "state": "approved", "text": "Wheat\nat nine", "seal": "y" * 64, "link": ""},
]


def test_a_table_shows_what_people_read():
    lines = listed(ROWS, 100).splitlines()
    assert lines[0].split() == ["id", "state", "text"]
    assert lines[2].split(maxsplit=2) == ["2", "approved", "Wheat at nine"]


def test_a_table_is_no_wider_than_the_terminal():
    rows = [
        {"id": n, "text": "long " * 50, "author": "Ada Lovelace", "url": "u" * 90}
        for n in (1, 2)
    ]
    for width in (20, 40, 80):
        assert max(map(len, listed(rows, width).splitlines())) <= width
    assert "…" in listed(rows, 40)


def test_what_has_parts_is_left_out_and_times_are_short():
    row = {"key": "x", "can": {"publish": True, "ads": False}, "limits": {"text": 500}}
    lines = listed([{**row, "at": "2026-11-21T22:32:23.219782Z"}], 100).splitlines()
    assert lines[0].split() == ["key", "can", "at"]
    assert lines[1].split() == ["x", "publish", "2026-11-21", "22:32", "UTC"]


def test_wide_letters_take_their_place():
    rows = [{"name": "日本", "x": "a"}, {"name": "abcd", "x": "b"}]
    lines = listed(rows, 80).splitlines()
    assert lines[1] == "日本  a"
    assert lines[2] == "abcd  b"


def test_words_from_outside_cannot_move_the_cursor():
    said = listed([{"id": 1, "text": "a\x1b[2Jb\u202ec\x07\u200b"}], 80)
    assert not set(said) & set("\x1b\u202e\x07\u200b")


def test_an_empty_list_says_so():
    assert listed([]) == "Nothing there."


def test_a_number_never_stands_without_how_it_came_about():
    number = {"value": 4.256, "unit": "%", "formula": "clicks ÷ views", "n": 3, "reason": ""}
    unknown = {**number, "value": None, "reason": "No network reports views here."}
    said = shown({"numbers": {"click_rate": number, "views": unknown}})
    assert "4.26 %  (clicks ÷ views, n = 3)" in said
    assert "unknown: No network reports views here." in said


def test_what_hangs_below_is_moved_to_the_right():
    said = shown(
        {"id": 1, "variants": [{"channel": 2, "text": "x"}, {"channel": 3}], "more": []}
    )
    assert said == "id        1\nvariants\n  channel  2\n  text     x\n\n  channel  3"


def test_one_thing_is_told_whole_with_its_seal():
    said = shown({"rows": 3, "seal": "x" * 64, "deliveries": [{"id": 1, "remote_id": "p1"}]})
    assert "x" * 64 in said
    assert "p1" not in said
