"""Every place of every network that can be practised takes what fits, and shows it."""

from dataclasses import replace

import pytest

from clarion.networks.base import Draft, Live, Media, Poll, Ready, Refused
from clarion.networks.limits import told
from clarion.networks.limits.words import SURFACES
from clarion.networks.playground.practising import practising
from clarion.networks.practice import PRACTISED

PLACES = [(key, place) for key, each in PRACTISED.items() for place in each.surfaces]
MIMES = {"video": "video/mp4", "document": "application/pdf", "image": "image/jpeg"}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"not really a picture")
    return path


def medium(kind, path):
    shape = {"width": 1080, "height": 1350, "seconds": 20 if kind == "video" else 0}
    if kind == "video":
        shape |= {"width": 720, "height": 1000}
    return Media(kind, MIMES[kind], 20, alt="A round loaf", path=path, **shape)


def fitting(key, place, path):
    """The least that this place takes."""
    media = [medium(place.kinds[0], path)] * max(place.least, 0) if place.kinds else []
    options = {f.key: "everyone" if f.choices else "Bread" for f in PRACTISED[key].options}
    asked = {f.key: options[f.key] for f in PRACTISED[key].options if f.required}
    poll = Poll(["Rye", "Spelt"], 24) if place.poll == "must" else None
    text = "Fresh bread" if place.text else ""
    return Draft(text, media=media, poll=poll, options=asked, surface=place.key)


def account(playground, key):
    from clarion.networks.playground.network import network

    answers = {"server": playground.url, "handle": f"as-{key}", "practises": key}
    return playground.run(lambda http: network.connect.start(http, answers, "", ""))[0]


def through(playground, grant, network, draft):
    """As the worker does it: a film is a container first, which is then released."""
    answer = playground.do(grant, lambda call: network.publish.send(call, draft))
    for _ in range(20):
        if isinstance(answer, Live):
            return answer
        ticket = answer.ticket
        if isinstance(answer, Ready):
            answer = playground.do(
                grant,
                lambda call, t=ticket: network.publish.send(replace(call, ticket=t), draft),
            )
        else:
            answer = playground.do(grant, lambda call, t=ticket: network.publish.poll(call, t))
    raise AssertionError(answer)


@pytest.mark.parametrize(("key", "place"), PLACES, ids=lambda v: getattr(v, "key", v))
def test_what_fits_a_place_is_taken_and_shown_there(playground, file, key, place):
    network, draft = practising(key), fitting(key, place, file)
    limits = network.limits_on(place.key)
    assert [p.text for p in network.publish.check(draft, limits) if p.blocks] == []
    grant = account(playground, key)
    if any(m.kind == "video" for m in draft.media):
        playground.settings(processing_seconds=0)
    live = through(playground, grant, network, draft)
    page = playground.page(f"/p/{live.remote_id[1:]}")
    assert f"Practice for {PRACTISED[key].name}" in page
    if place.key != "feed":
        assert SURFACES[place.key] in page


@pytest.mark.parametrize("key", PRACTISED)
def test_a_text_over_its_limit_is_refused_here_and_by_the_server(playground, file, key):
    network = practising(key)
    place = next(p for p in network.surfaces if p.text)
    limits = network.limits_on(place.key)
    longer = replace(fitting(key, place, file), text="x" * (limits.text + 1))
    [problem] = [p for p in network.publish.check(longer, limits) if p.blocks]
    assert "1 character too long" in problem.text
    assert PRACTISED[key].name in problem.text
    grant = account(playground, key)
    with pytest.raises(Refused, match="too long"):
        playground.do(grant, lambda call: network.publish.send(call, longer))


@pytest.mark.parametrize(("key", "place"), PLACES, ids=lambda v: getattr(v, "key", v))
def test_a_place_that_needs_something_says_so(key, place):
    network = practising(key)
    bare = Draft("Fresh bread" if place.text else "", surface=place.key)
    found = [p for p in network.publish.check(bare, network.limits_on(place.key)) if p.blocks]
    assert {"media"} <= {p.about for p in found} if place.least else True
    assert {"poll"} <= {p.about for p in found} if place.poll == "must" else True


@pytest.mark.parametrize("key", PRACTISED)
def test_it_is_called_practice_everywhere(key):
    network = practising(key)
    assert network.name == f"{told(key)[0].name} (practice)"
    assert network.practice
    assert any("practice" in note for note in network.notes)


def test_a_handle_practises_one_network(playground):
    account(playground, "instagram")
    answers = {"server": playground.url, "handle": "as-instagram", "practises": "x"}
    from clarion.networks.playground.network import network

    with pytest.raises(Refused, match="is Instagram already"):
        playground.run(lambda http: network.connect.start(http, answers, "", ""))


def test_each_rule_of_a_row_is_heeded():
    network = practising("instagram")
    limits = network.limits_on("reel")
    film = Media("video", "video/mp4", 400_000_000, 1080, 1920, seconds=1000, alt="A baker")
    said = " ".join(
        p.text for p in network.publish.check(Draft("a", [film], surface="reel"), limits)
    )
    assert "400.0 MB, and Instagram takes 300.0 MB" in said
    assert "runs 1000 seconds, and Instagram takes 900" in said
    tags = Draft(" ".join(f"#tag{n}" for n in range(6)), [film], surface="reel")
    assert "There are 6 hashtags, and Instagram takes 5" in " ".join(
        p.text for p in network.publish.check(tags, limits)
    )
    wide = Media("image", "image/jpeg", 1, 1000, 200, alt="A counter")
    feed = network.publish.check(Draft("a", [wide]), network.limits_on("feed"))
    assert any("nothing wider than 1.91:1" in p.text for p in feed)
    png = Media("image", "image/png", 1, 1000, 1000, alt="A loaf")
    feed = network.publish.check(Draft("a", [png]), network.limits_on("feed"))
    assert any("is PNG, and Instagram takes JPEG" in p.text for p in feed)
