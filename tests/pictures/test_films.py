"""Films, measured and rewritten by what is really in them."""

import subprocess

import pytest

from clarion.pictures import films, kinds, making, recipes
from clarion.pictures.intake import examine
from clarion.pictures.kinds import Unfit
from clarion.pictures.programs import ffmpeg


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Two seconds with sound that say where they were taken."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    command = [
        *(ffmpeg(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2"),
        *("-f", "lavfi", "-i", "sine=d=2", "-c:v", "libx264", "-preset", "ultrafast"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", "-metadata", "location=+52.5200+013.4050/"),
        *("-metadata", "title=Secret of Ada", str(path)),
    ]
    subprocess.run(command, check=True)
    return path


def test_a_film_is_measured_and_nobody_learns_where_it_was_taken(film, tmp_path):
    assert b"Secret of Ada" in film.read_bytes()
    found = examine(film, tmp_path)
    assert (found.mime, found.width, found.height) == ("video/mp4", 320, 180)
    assert (found.milliseconds, found.frame_rate, found.codecs) == (2000, 25_000, "h264,aac")
    kept = found.file.read_bytes()
    assert b"Secret of Ada" not in kept
    assert b"+52.5200" not in kept
    assert found.small.read_bytes()[8:12] == b"WEBP"


def test_a_film_that_breaks_off_is_refused(film, tmp_path):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    with pytest.raises(Unfit, match=r"broken|cut short"):
        examine(cut, tmp_path)


def test_a_program_that_is_called_a_film_is_refused(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"MZ" + b"\0" * 5000)
    with pytest.raises(Unfit, match="a program for Windows"):
        examine(path, tmp_path)


def test_a_film_is_cut_around_its_focal_point_and_made_small_enough(film, tmp_path):
    shape = recipes.Shape(
        "video",
        "video/mp4",
        film.stat().st_size,
        320,
        180,
        2,
        25,
        ["h264", "aac"],
        0,
        (0.9, 0.5),
    )
    recipe = recipes.fit(shape, recipes.Room("Nowhere", bytes=60_000, ratio_max=1.0))
    assert recipe["crop"] == [140, 0, 180, 180]
    into = tmp_path / "made.mp4"
    assert making.make(film, recipe, 2, into, lambda _: None) == (180, 180)
    assert into.stat().st_size <= 60_000
    assert films.measure(into, kinds.FILM).width == 180


def test_a_short_film_where_much_room_is_left_is_made(film, tmp_path):
    shape = recipes.Shape("video", "video/mp4", 1, 320, 180, 2, 25, ["vp9"])
    recipe = recipes.fit(shape, recipes.Room("Nowhere", bytes=4_000_000_000))
    into = tmp_path / "made.mp4"
    assert making.make(film, recipe, 2, into, lambda _: None) == (320, 180)
    assert films.measure(into, kinds.FILM).seconds == pytest.approx(2, abs=0.1)


def test_a_film_that_is_too_long_is_not_cut_but_told():
    shape = recipes.Shape("video", "video/mp4", 1, 320, 180, 150, 25, ["h264"])
    [said] = recipes.unfit(shape, recipes.Room("Nowhere", seconds_max=140))
    assert said == "runs 2 min 30 s, and Nowhere takes 2 min 20 s. Cut it shorter."
