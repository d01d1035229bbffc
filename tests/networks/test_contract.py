"""What every network promises, checked for every network in the registry."""

import inspect
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from clarion.networks import base, registry
from clarion.networks.base import Call, Draft, Grant, Media, Network, Once, Problem, Redirect
from clarion.networks.http import client
from clarion.networks.registry import NETWORKS
from clarion.text.counting import RULES

DOCS = Path(__file__).parents[2] / "docs" / "networks"
# What a network may have: the stage, the attribute, and the protocol it then keeps whole.
STAGES = {
    "community": base.Converses,
    "listening": base.Searches,
    "streaming": base.Streams,
    "measurement": base.Measures,
    "ads": base.Advertises,
}

BESIDE = {"editing": base.Edits, "recall": base.Recalls}


@pytest.fixture(params=NETWORKS.values(), ids=lambda n: n.key)
def network(request) -> Network:
    return request.param


def blocking(network: Network, draft: Draft) -> list[Problem]:
    return [p for p in network.publish.check(draft, network.limits) if p.blocks]


def of_length(network: Network, length: int) -> str:
    """A text of exactly this length by the network's own rule."""
    text = ("word " * length)[: length - 1] + "x"
    assert RULES[network.limits.counting](text) == length
    return text


def picture(**more) -> Media:
    size = {"mime": "image/jpeg", "size": 100_000, "width": 800, "height": 600}
    return replace(Media("image", **size, alt="A loaf of bread."), **more)


# --- what comes from outside -----------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " https://a.example", "data:text/html,x", "//a.example", 7]
)
def test_what_is_no_address_of_the_web_never_comes_in(url):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert base.Live("1", url).url == ""
    assert Grant("1", "bo", {}, url=url).url == ""
    assert base.Message("1", "post", "bo", "hi", at, url=url).url == ""


@pytest.mark.parametrize(
    "url", ["https://a.example/1", "http://a.example", "HTTPS://A.EXAMPLE"]
)
def test_an_address_of_the_web_comes_in_as_it_is(url):
    assert base.Live("1", url).url == url


# --- its name and its papers --------------------------------------------------------------


def test_the_key_is_a_plain_word(network):
    assert network.key.isidentifier()
    assert network.key.islower()
    assert registry.get(network.key) is network


def test_keys_and_names_are_told_apart():
    assert len(dict(registry.choices())) == len(NETWORKS)
    assert len({name for _, name in registry.choices()}) == len(NETWORKS)


def test_practice_comes_last_among_the_choices():
    practice = [NETWORKS[key].practice for key, _ in registry.choices()]
    assert practice == sorted(practice)


def test_its_limits_say_where_they_come_from(network):
    limits = network.limits
    assert limits.source
    assert date(2024, 1, 1) < limits.as_of <= datetime.now(UTC).date() + timedelta(days=1)
    assert limits.counting in RULES


def test_it_has_a_page_in_the_docs_that_names_its_limit(network):
    text = (DOCS / f"{network.key}.md").read_text()
    assert text.startswith("# ")
    assert str(network.limits.text) in text.replace(",", "")


def test_its_notes_are_sentences(network):
    for note in network.notes:
        assert note[0].isupper(), note
        assert note.endswith("."), note


# --- what it can do -----------------------------------------------------------------------


def test_what_it_can_do_is_what_is_there(network):
    can = network.can()
    assert can["publish"]
    assert can["thread"] is network.threads
    for stage in STAGES:
        assert can[stage] is (getattr(network, stage) is not None)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_keeps_its_protocol_whole(network, stage):
    part = getattr(network, stage)
    if part is None:
        pytest.skip(f"{network.name} has no {stage}.")
    _keeps(part, STAGES[stage])


@pytest.mark.parametrize(("part", "protocol"), BESIDE.items())
def test_what_it_may_do_with_its_own_posts_keeps_the_protocol_whole(network, part, protocol):
    if (found := getattr(network, part)) is None:
        pytest.skip(f"{network.name} has no {part}.")
    _keeps(found, protocol)


def test_connecting_and_publishing_keep_their_protocols_whole(network):
    _keeps(network.connect, base.Connects)
    _keeps(network.publish, base.Publishes)


def _keeps(part: object, protocol: type) -> None:
    for name, wanted in inspect.getmembers(protocol, inspect.isfunction):
        if name.startswith("_"):
            continue
        real = inspect.signature(getattr(part, name)).parameters
        asked = list(inspect.signature(wanted).parameters)[1:]  # without self
        assert list(real)[: len(asked)] == asked, name
        extra = list(real.values())[len(asked) :]
        assert all(p.default is not p.empty for p in extra), name


def test_every_metric_is_explained_in_words(network):
    if network.measurement is None:
        pytest.skip(f"{network.name} counts nothing.")
    assert network.measurement.metrics
    for key, meaning in network.measurement.metrics.items():
        assert key.isidentifier(), key
        assert meaning[0].isupper(), key
        assert len(meaning) > 15, key


def test_how_it_is_said_once_is_declared(network):
    assert isinstance(network.publish.once, Once)
    assert network.publish.look_after >= timedelta(0)


def test_its_fields_and_options_can_be_asked_in_a_form(network):
    for field in (*network.connect.fields, *network.options):
        assert field.key.isidentifier()
        assert field.label[0].isupper()
        assert field.kind in {"text", "password", "url", "choice", "flag"}
        assert bool(field.choices) == (field.kind == "choice")


# --- what it checks before anything is sent -----------------------------------------------


def test_a_text_at_the_limit_is_fine(network):
    assert blocking(network, Draft(of_length(network, network.limits.text))) == []


def test_a_text_over_the_limit_is_a_problem_in_words(network):
    [problem] = blocking(network, Draft(of_length(network, network.limits.text + 7)))
    assert problem.text.endswith(".")
    assert "7" in problem.text
    assert problem.about == "text"


def test_nothing_at_all_is_a_problem(network):
    assert blocking(network, Draft(""))
    assert blocking(network, Draft(" \n "))


def test_too_many_pictures_are_a_problem(network):
    most = network.limits.media
    assert not blocking(network, Draft("Bread", media=[picture()] * most))
    problems = blocking(network, Draft("Bread", media=[picture()] * (most + 1)))
    assert {p.about for p in problems} == {"media"}


def test_a_file_that_cannot_be_shown_is_a_problem(network):
    problems = blocking(network, Draft("Bread", media=[picture(mime="application/pdf")]))
    assert "media" in {p.about for p in problems}


def test_a_missing_description_is_said_but_stops_nothing(network):
    draft = Draft("Bread", media=[picture(alt="")])
    problems = network.publish.check(draft, network.limits)
    assert "alt" in {p.about for p in problems}
    assert blocking(network, draft) == []


def test_limits_of_the_own_server_count_more_than_the_usual_ones(network):
    short = replace(network.limits, text=10)
    assert network.publish.check(Draft(of_length(network, 30)), short)


def test_every_problem_is_a_sentence(network):
    awful = Draft(
        "#tag " * 600 + "@somebody " * 600,
        media=[picture(mime="image/tiff", size=10**10, alt="x" * 10**5)] * 30,
        link="javascript:alert(1)",
    )
    problems = network.publish.check(awful, network.limits)
    assert problems
    for problem in problems:
        assert problem.text[0].isupper() or problem.text[0].isdigit(), problem
        assert problem.text.endswith("."), problem
        assert problem.about in {"text", "media", "alt", "link", "options"}


# --- secrets ------------------------------------------------------------------------------


def test_secrets_do_not_show(network):
    call = Call(client(), {"token": "hush"})
    grant = Grant("id", "@me", secret={"token": "hush"})
    assert "hush" not in f"{call} {grant} {Redirect('https://x.example', {'code': 'hush'})}"
    for field in network.connect.fields:
        if {"password", "secret", "token"} & set(field.key.lower().split("_")):
            assert field.kind == "password"


def test_the_errors_are_named_after_what_to_do_next():
    errors = {e.__name__ for e in base.NetworkError.__subclasses__()}
    assert errors == {"TryLater", "Refused", "Reconnect", "StartOver", "Unsure"}


def test_options_of_the_composer_do_not_break_a_draft(network):
    options = {field.key: field.default for field in network.options}
    assert blocking(network, Draft("Bread", options=options)) == []
