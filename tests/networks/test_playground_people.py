"""The simulated world as arithmetic: clock, audiences, journeys, auctions, luck."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarion.networks.playground import journey, talk
from clarion.networks.playground.audience import PEAKS, audience, curve, exposure
from clarion.networks.playground.chance import chance, weighted
from clarion.networks.playground.clock import HOUR, NEVER, Clock, Tick
from clarion.networks.playground.journey import Facts
from clarion.networks.playground.people import person
from clarion.networks.playground.topics import gist, topics

POST = Facts(1, "bakery", "Fresh bread from our oven, who would like some?", 10 * HOUR)


# --- time ---------------------------------------------------------------------------------


def test_time_jumps_ahead_when_pushed():
    clock = Clock([Tick(1000, 1000, 1.0)])
    clock.forward(2000, 500)
    assert (clock.sim(1999), clock.sim(2000), clock.sim(2100)) == (1999, 2500, 2600)


def test_what_falls_into_a_jump_happened_at_the_jump():
    clock = Clock([Tick(1000, 1000, 1.0)])
    clock.forward(2000, 500)
    assert clock.real(2250) == 2000


def test_a_clock_that_stands_still_never_gets_there():
    clock = Clock([Tick(1000, 1000, 0.0)])
    assert clock.real(1001) == NEVER
    clock.forward(5000, 10)
    assert clock.real(1001) == 5000


@given(
    jumps=st.lists(
        st.tuples(
            st.integers(1, 10**6), st.integers(0, 10**6), st.sampled_from([0, 1, 60, 3600])
        ),
        max_size=5,
    ),
    sim=st.integers(0, 10**8),
)
def test_the_real_time_of_a_moment_is_the_first_at_which_the_clock_has_reached_it(jumps, sim):
    clock = Clock([Tick(1000, 1000, 1.0)])
    for wait, by, speed in jumps:
        clock.forward(clock.ticks[-1].real + wait, by, float(speed))
    real = clock.real(sim)
    if real < NEVER:
        assert clock.sim(real) >= sim
        assert clock.sim(real - 1) < sim


# --- luck and people ----------------------------------------------------------------------


def test_luck_is_even():
    draws = [chance("luck", n) for n in range(2000)]
    assert 0.47 < sum(draws) / 2000 < 0.53
    assert all(0 <= draw < 1 for draw in draws)


def test_weights_weigh():
    drawn = [weighted({"often": 3, "rarely": 1}, n) for n in range(2000)]
    assert 1400 < drawn.count("often") < 1600


def test_a_person_stays_the_same_person():
    assert person(1, 17) == person(1, 17) != person(2, 17)


def test_every_language_has_something_to_say_in_every_mood():
    for table in (talk.COMMENTS, talk.DIRECTS, talk.PUBLIC):
        for moods in table.values():
            assert set(moods) == set(talk.MOODS)
            assert all(lines for lines in moods.values())


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Fresh breads today", "food"),
        ("Unser Garten im Mai", "home"),
        ("Une exposition au musée", "culture"),
        ("Nuestro perro", "nature"),
    ],
)
def test_what_a_text_is_about_is_seen_in_four_languages(text, topic):
    assert topics(text)[0] == topic


def test_the_gist_is_a_word_of_the_text():
    assert gist("Our Sourdough is ready") == "Sourdough"
    assert gist("Hmm") == "this"


# --- a post's journey ---------------------------------------------------------------------


def better(one: Facts, than: Facts) -> bool:
    return journey.quality(7, one) > journey.quality(7, than)


def test_pictures_descriptions_and_films_help():
    picture = replace(POST, pictures=1)
    assert better(picture, POST)
    assert better(replace(picture, described=True), picture)
    assert better(replace(picture, film=True), picture)


def test_shouting_and_stuffing_hurt():
    def points(text: str) -> float:
        reasons = dict(journey.reasons(7, replace(POST, text=text)))
        return sum(reasons.values()) - reasons["Luck"]

    assert points("Fresh bread for everybody in town today") > points(
        "FRESH BREAD FOR EVERYBODY IN TOWN TODAY"
    )
    assert points("Bread for all " + "#bread ") > points("Bread for all " + "#bread " * 9)


def test_a_post_about_what_followers_like_does_better():
    likes = max(audience(7, "bakery").topics.items(), key=lambda t: t[1])[0]
    texts = {"food": "About bread", "travel": "About travel", "tech": "About software"}
    texts |= {"sport": "About football", "style": "About fashion", "home": "About gardens"}
    texts |= {"music": "About music", "nature": "About forests", "business": "About marketing"}
    texts |= {"culture": "About books"}
    reasons = dict(journey.reasons(7, replace(POST, text=texts[likes])))
    other = dict(journey.reasons(7, replace(POST, text="About nothing much")))
    why = "About what the followers like"
    assert reasons[why] > other[why] == 0


def test_the_hour_matters():
    hours = [exposure(7, "bakery", 4 * hour) for hour in range(24)]
    assert max(hours) == 1.0
    assert min(hours) < 0.6


def test_followers_look_at_their_feeds_when_they_are_awake():
    people = audience(7, "bakery")
    assert people.active(PEAKS["evening"]) > people.active(3.0)


@given(hours=st.lists(st.floats(0, 1000), min_size=2, max_size=20))
def test_a_curve_never_falls(hours):
    rising = [curve(7, "bakery", 30).at(hour) for hour in sorted(hours)]
    assert rising == sorted(rising)
    assert 0 <= rising[0] <= rising[-1] <= 1


@given(share=st.floats(0.001, 0.999))
def test_a_curve_can_be_read_both_ways(share):
    path = curve(7, "bakery", 30)
    assert path.at(path.when(share)) == pytest.approx(share, abs=1e-6)


def test_likes_never_exceed_views():
    for number in range(200):
        post = replace(POST, post=number, link=True, pictures=number % 3)
        for hours in (0.1, 0.5, 1, 5, 50, 1000):
            counted = journey.counts(7, post, hours)
            assert counted["views"] >= counted["likes"] + counted["shares"]
            assert counted["views"] >= counted["clicks"]


def test_nobody_clicks_where_there_is_no_link():
    assert journey.counts(7, POST, 1000)["clicks"] == 0
    assert journey.counts(7, replace(POST, link=True), 1000)["clicks"] > 0


def test_shouting_makes_people_angry():
    loud = replace(POST, text="BUY OUR BREAD NOW OR REGRET IT")
    quiet = [journey.mood(7, POST, n) for n in range(300)].count("angry")
    assert [journey.mood(7, loud, n) for n in range(300)].count("angry") > 2 * quiet
