"""The documents say what is so: settings, packages, links, tables, examples."""

import ast
import doctest
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from tools import acceptance, readme

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/clarion"
TOP = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
PAGES = sorted([*(ROOT / name for name in TOP), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
SETTING = re.compile(r"CLARION_[A-Z_]+")


def name(path):
    return str(path.relative_to(ROOT))


def settings_in_use():
    """Every variable that the product reads or sets, by its full name as a string."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if SETTING.fullmatch(node.value) else set()
    return found


def test_every_setting_is_explained_and_every_explained_setting_exists():
    told = re.findall(
        r"^\| `(CLARION_[A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.M
    )
    assert sorted(told) == sorted(settings_in_use())


def test_every_package_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[\[<>=]", package)[0].lower() for package in project["dependencies"]}
    text = (ROOT / "docs/decisions/0004-dependencies.md").read_text()
    told = {cell.split("[")[0].lower() for cell in re.findall(r"^\| `([^`]+)`", text, re.M)}
    assert told == wanted


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, heading = link.partition("#")
        if "://" in link:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)}: {link} leads nowhere."
        if heading:
            assert heading in headings(target), f"{name(page)}: no heading {link}."


def headings(page):
    lines = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("file", readme.FILES)
def test_tables_say_what_the_code_says(file):
    text = (ROOT / file).read_text()
    names = [block[2] for block in readme.BLOCK.finditer(text)]
    assert names
    for table in names:
        assert readme.TABLES[table]((ROOT / file).parent) in text


def test_every_acceptance_line_that_is_named_exists():
    assert acceptance.unknown() == []
    assert len(acceptance.lines()) == 226


def test_nothing_is_called_met_that_no_test_shows():
    assert readme.forgotten() == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda p: p.stem)
def test_a_decision_says_context_choice_and_cost_on_a_page(page):
    text = page.read_text()
    assert text.startswith(f"# {page.name[:4]} ")
    assert re.findall(r"^## (.*)$", text, re.M) == ["Context", "Choice", "Cost"]
    assert len(text.split()) <= 500


def test_decisions_are_numbered_without_gaps():
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "module",
    ["text.counting", "numbers.proportions", "kit.flow"],
)
def test_examples_in_the_code_come_true(module):
    found = doctest.testmod(importlib.import_module(f"clarion.{module}"))
    assert found.attempted > 0
    assert found.failed == 0
