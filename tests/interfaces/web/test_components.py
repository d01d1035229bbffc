"""The parts that pages are made of: safe, readable without eyes, and light."""

import gzip
import html
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from clarion.interfaces.web import charts, wording
from clarion.interfaces.web.charts import Chart, Series
from clarion.interfaces.web.templatetags import ui

WEB = Path(ui.__file__).resolve().parents[1]
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCRIPTS = sorted((WEB / "static/js").rglob("*.js"))
FRAME = ("components", "shell", "errors")


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


# --- the policy -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB).as_posix())
def test_no_template_breaks_the_content_security_policy(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=", re.sub(r"{%.*?%}", "", text))
    assert "javascript:" not in text
    for script in re.findall(r"<script\b[^>]*>", text):
        # Data is not run, so it needs no permission to.
        assert "src=" in script or "nonce=" in script or 'type="application/json"' in script


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB).as_posix())
def test_no_template_loads_from_elsewhere(path):
    assert not re.search(r"""(src|href)=["'](https?:)?//""", path.read_text())


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_no_script_needs_eval_or_writes_style_attributes(path):
    text = path.read_text()
    assert not re.search(r"\beval\(|new Function|setAttribute\(\"style\"|style=\"", text)


def test_every_icon_that_is_asked_for_is_in_the_sprite():
    sprite = (WEB / "static/vendor/icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    asked = {symbol for _, symbol in ui.STATES.values()} | {s for _, s in ui.TONES.values()}
    for path in TEMPLATES:
        asked |= set(re.findall(r"""{% icon ["']([^"']+)["']""", path.read_text()))
        asked |= set(re.findall(r"""{% empty [^%]*symbol=["']([^"']+)["']""", path.read_text()))
    assert asked <= known


def test_the_import_map_carries_the_nonce_and_names_every_module():
    said = render("{% importmap %}", nonce="abc123")
    assert 'nonce="abc123"' in said
    for path in SCRIPTS:
        name = path.relative_to(WEB / "static/js").as_posix().removesuffix(".js")
        assert f'"clarion/{name}":' in said
        for other in re.findall(r'from "(clarion/[^"]+)"', path.read_text()):
            assert f'"{other}":' in said


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_what_a_script_imports_is_exported_there(path):
    for names, module in re.findall(
        r'import {([^}]+)} from "clarion/([^"]+)"', path.read_text()
    ):
        there = (WEB / f"static/js/{module}.js").read_text()
        for name in names.split(","):
            assert re.search(rf"export (async )?(function|const|class) {name.strip()}\b", there)


# --- light ------------------------------------------------------------------------------------


def test_scripts_of_every_page_stay_under_forty_kilobytes():
    shell = [*(WEB / "static/js").glob("*.js"), WEB / "static/vendor/htmx.js"]
    heaviest = max((WEB / "static/js/elements").glob("*.js"), key=lambda p: p.stat().st_size)
    assert weight([*shell, heaviest]) < 40_000


def test_styles_of_every_page_stay_under_twenty_kilobytes():
    common = [*(WEB / "static/css").glob("*.css"), WEB / "static/vendor/brands.css"]
    heaviest = max((WEB / "static/css/50-pages").glob("*.css"), key=lambda p: p.stat().st_size)
    assert weight([*common, heaviest]) < 20_000


def weight(paths):
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


def test_every_file_the_frame_links_to_is_there():
    for path in TEMPLATES:
        for name in re.findall(r"""{% static ["']([^"']+)["']""", path.read_text()):
            assert finders.find(name), f"{path.name}: {name}"


# --- what people typed stays text -------------------------------------------------------------

EVIL = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "source",
    [
        "{% avatar x %}",
        "{% badge x x %}",
        "{% callout 'info' %}{{ x }}{% endcallout %}",
        "{% dialog 'd' x %}{{ x }}{% enddialog %}",
        "{% empty x x action=x url=x %}",
        "{% stat x x note=x %}",
        "{% progress 1 2 x x %}",
        "{% icon 'bell' x x %}",
        "{% glyph x x x %}",
        "{% sparkline values x %}",
        "{% chart chart %}",
        "{% importmap %}",
    ],
)
def test_no_part_lets_markup_through(source):
    chart = Chart(
        EVIL, [EVIL, "b"], [Series(EVIL, [1, 2]), Series("c", [2, None])], summary=EVIL
    )
    said = render(source, x=EVIL, nonce=EVIL, values=[1, 2, 3], chart=chart)
    assert "<script>alert" not in said


# --- words ------------------------------------------------------------------------------------


def test_an_amount_never_stands_without_its_currency():
    said = {c: wording.money(Decimal("1234.5"), c) for c in ("EUR", "USD", "SEK", "JPY")}
    assert said == {
        "EUR": "€1,234.50",
        "USD": "US$1,234.50",
        "SEK": "1,234.50 SEK",
        "JPY": "¥1,234",
    }


def test_a_negative_amount_shows_its_minus_first():
    assert wording.money(Decimal("-7"), "EUR") == "\N{MINUS SIGN}€7.00"


def test_a_moment_is_said_in_the_zone_of_the_reader_and_names_it():
    at = datetime(2026, 11, 21, 13, 5, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        said = render("{% when at 'time' %}", at=at)
    assert ">14:05<" in said
    assert "Saturday 21 November 2026, 14:05 Europe/Berlin" in said


def test_a_moment_that_never_came_says_so():
    assert "not planned" in render("{% when None none='not planned' %}")


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=30), "1 d ago"),
        (-timedelta(hours=3), "in 3 h"),
        (timedelta(days=40), "12 Oct"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_unit_that_fits(before, words):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert wording.ago(now - before, now) == words


def test_a_plain_date_has_no_clock():
    assert (
        wording.moment(date(2025, 1, 2), "long", datetime(2026, 1, 1, tzinfo=UTC))
        == "2 Jan 2025"
    )


def test_a_figure_that_is_not_known_is_not_zero():
    assert "0" not in html.unescape(re.sub(r"<[^>]+>", "", render("{% number None %}")))
    said = render("{% stat 'Revenue' reason='No goal reports revenue' %}")
    assert "No goal reports revenue" in said
    assert ">0<" not in said


def test_a_cost_that_falls_is_good_news():
    assert 'class="delta up"' in render("{% stat 'Cost' 4 delta=fall good='down' %}", fall=-0.2)
    assert 'class="delta down"' in render("{% stat 'Reach' 4 delta=fall %}", fall=-0.2)


def test_a_state_shows_colour_icon_and_word():
    said = render("{% badge 'held' 'Needs you' %}")
    assert "badge bad" in said
    assert "#circle-alert" in said
    assert "Needs you" in said


def test_a_budget_that_is_overspent_is_past_the_high_mark():
    said = render("{% meter 120 100 'Budget used' '€120 of €100' %}")
    assert 'value="120"' in said
    assert 'high="100.0"' in said
    assert 'max="120"' in said


def test_a_state_nobody_described_still_reads():
    assert "Half way" in render("{% badge 'half_way' %}")


def test_a_glyph_says_the_name_of_the_network():
    network = SimpleNamespace(icon="somewhere", name="Somewhere")
    assert 'aria-label="Somewhere"' in render("{% glyph n %}", n=network)
    assert "b-somewhere" in render("{% glyph n %}", n=network)
    assert "aria-hidden" in render("{% glyph n label='' %}", n=network)


# --- charts -----------------------------------------------------------------------------------

WEEK = ["Mon", "Tue", "Wed", "Thu"]


def test_a_day_without_a_reading_leaves_a_gap_in_the_line():
    drawing = charts.draw(Chart("t", WEEK, [Series("a", [4, 6, None, 5])]))
    lines = [mark for mark in drawing.marks if mark.css.startswith("ch-l")]
    alone = [mark for mark in drawing.marks if "alone" in mark.css]
    assert len(lines) == 1
    assert lines[0].path.count("L") == 1
    assert len(alone) == 1


def test_bars_of_several_series_stand_on_each_other():
    chart = Chart("t", ["Mon"], [Series("a", [30]), Series("b", [70])], kind="bar")
    first, second = charts.draw(chart).marks
    assert first.path == "M150 1000V700h700V1000z"
    assert second.path == "M150 700V0h700V700z"


def test_the_table_under_a_chart_has_every_number():
    chart = Chart(
        "Reach",
        WEEK,
        [Series("Now", [1200, None, 3, 4])],
        before=Series("Before", [9, 8, 7, 6]),
    )
    cells = re.findall(r'<td class="num">([^<]*)</td>', render("{% chart c %}", c=chart))
    assert cells == ["1,200", "9", "not known", "8", "3", "7", "4", "6"]


@pytest.mark.parametrize("kind", ["line", "bar", "rows"])
def test_a_chart_is_well_formed_and_its_drawing_is_silent(kind):
    chart = Chart("Reach", WEEK, [Series("Now", [1, 2, 3, 4])], kind=kind)
    tree = ET.fromstring(render("{% chart c %}", c=chart))
    assert all(
        any("aria-hidden" in parent.attrib for parent in (svg, *above(tree, svg)))
        for svg in tree.iter("svg")
    )


def above(tree, wanted):
    parents = {child: parent for parent in tree.iter() for child in parent}
    while wanted in parents:
        wanted = parents[wanted]
        yield wanted


def test_a_chart_of_nothing_says_so_and_draws_nothing():
    said = render("{% chart c %}", c=Chart("Clicks", WEEK, [Series("a", [None] * 4)]))
    assert "Nothing measured" in said
    assert "<svg" not in said


@pytest.mark.parametrize("kind", ["line", "bar", "rows"])
@pytest.mark.parametrize("values", [[], [0], [0, 0], [-5, 5], [1e9, 1], [0.001, 0.002]])
def test_odd_figures_are_drawn_inside_the_paper(kind, values):
    chart = Chart("t", [str(i) for i in range(len(values))], [Series("a", values)], kind=kind)
    render("{% chart c %}", c=chart)
    for mark in charts.draw(chart).marks:
        ups = [float(n) for n in re.findall(r"(?:[ML][\d.-]+ |V)([\d.-]+)", mark.path)]
        assert all(-0.1 <= up <= 1000.1 for up in ups)


def test_values_that_do_not_fit_their_labels_are_refused():
    with pytest.raises(ValueError, match="3 values for 4 labels"):
        Chart("t", WEEK, [Series("Now", [1, 2, 3])])


# --- forms ------------------------------------------------------------------------------------


class Plan(forms.Form):
    name = forms.CharField(help_text="As people know it.")
    budget = forms.IntegerField(required=False)
    agree = forms.BooleanField()
    days = forms.MultipleChoiceField(
        choices=[("1", "One")], widget=forms.CheckboxSelectMultiple
    )


def test_a_field_ties_label_hint_and_problem_to_its_control():
    said = render("{% field f.name %}", f=Plan({"name": ""}))
    assert '<label for="id_name">' in said
    assert 'aria-describedby="id_name_hint id_name_problem"' in said
    assert 'aria-invalid="true"' in said
    assert 'id="id_name_hint"' in said
    assert 'id="id_name_problem"' in said


def test_typed_text_stays_in_a_field_that_is_wrong():
    assert 'value="ten"' in render("{% field f.budget %}", f=Plan({"budget": "ten"}))


def test_a_field_that_may_stay_empty_says_so():
    assert "(optional)" in render("{% field f.budget %}", f=Plan())
    assert "(optional)" not in render("{% field f.name %}", f=Plan())


def test_choices_are_a_group_with_a_legend():
    said = render("{% field f.days %}", f=Plan())
    assert "<fieldset" in said
    assert "<legend>Days</legend>" in said


def test_a_form_that_is_wrong_leads_to_the_fields():
    said = render("{% form_errors f %}", f=Plan({"budget": "ten"}))
    assert 'href="#id_name"' in said
    assert 'role="alert"' in said
    assert render("{% form_errors f %}", f=Plan()).strip() == ""


# --- ways through -----------------------------------------------------------------------------


def test_the_pager_keeps_the_rest_of_the_address():
    request = RequestFactory().get("/x/", {"page": "2", "state": "open", "q": "a b"})
    said = render("{% pager p %}", request=request, p=Paginator(range(30), 10).page(2))
    assert "?page=1&amp;state=open&amp;q=a+b" in said
    assert "Page 2 of 3" in said


def test_one_page_needs_no_pager():
    page = Paginator(range(3), 10).page(1)
    assert render("{% pager p %}", request=RequestFactory().get("/"), p=page).strip() == ""


def test_a_page_that_is_not_installed_has_no_address():
    assert render("[{% page_url 'no-such-page' 1 %}]") == "[]"


def test_a_message_carries_its_way_back():
    assert ui.undo_of("success undo=/w/a/undo/3/") == "/w/a/undo/3/"
    assert ui.undo_of("success") == ""


def test_the_shortcuts_of_the_menu_do_not_collide():
    assert len(set(ui.GO.values())) == len(ui.GO)


def test_the_gallery_is_closed_unless_debugging(client, settings):
    settings.DEBUG = False
    assert client.get("/gallery/").status_code == 404


def test_the_gallery_shows_every_part_under_the_policy(client, settings):
    settings.DEBUG = True
    answer = client.get("/gallery/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=", text)
    for state in ui.STATES:
        assert f"{state.replace('_', ' ').capitalize()}</span>" in text


# --- the frame around a page ------------------------------------------------------------------


@pytest.fixture
def frame(client, owner, space):
    """The home page as its owner gets it."""
    client.force_login(owner)

    def ask():
        answer = client.get(f"/w/{space.slug}/")
        assert answer.status_code == 200
        return answer.content.decode()

    return ask


def test_the_menu_follows_the_order_of_the_loop(frame):
    groups = re.findall(r'class="nav-g"><h2>([^<]+)</h2>', frame())
    loop = ["Plan", "Engage", "Measure", "Promote", "Steer", "Set up"]
    assert groups == [name for name in loop if name in groups]
    assert len(groups) > 1


def test_the_frame_says_where_one_is_and_lets_the_keyboard_skip_the_menu(frame):
    said = frame()
    assert re.search(r'<a href="/w/[^"]+"[^>]*aria-current="page"', said)
    assert said.index('class="skip" href="#main"') < said.index('id="side"')
    assert 'id="main" tabindex="-1"' in said


def test_the_frame_hears_what_happens_in_this_workspace(frame, space):
    assert f'data-live="/w/{space.slug}/live/"' in frame()


def test_single_key_shortcuts_can_be_switched_off(frame, owner):
    assert 'data-shortcuts="off"' not in frame()
    owner.shortcuts_on = False
    owner.save()
    assert 'data-shortcuts="off"' in frame()


def test_the_frame_breaks_no_rule_of_the_policy(frame):
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", frame())


def test_a_home_screen_icon_is_named_by_the_file_that_is_served(client):
    said = client.get("/site.webmanifest").json()
    for picture in said["icons"]:
        assert finders.find(picture["src"].removeprefix("/static/"))
