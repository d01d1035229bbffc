"""Rules about the code itself that no linter knows."""

import ast
import tomllib
from itertools import chain
from pathlib import Path
from statistics import median

import pytest

from clarion.interfaces.worker.steps import STEPS
from clarion.kit.steps import WorkItem
from clarion.loop import STAGES
from clarion.networks.registry import NETWORKS

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/clarion"
FILES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
OUTSIDE = [p for p in FILES if "networks" not in p.parts]
VAGUE = {"utils", "util", "helpers", "helper", "services", "managers", "misc", "common"}
# The practice network is also a program of ours, with a folder beside ours.
PROGRAM = {"interfaces/cli/main.py", "interfaces/cli/up.py", "kit/home.py"}
BELOW = ["kit", "text | numbers | pictures", "networks", "accounts", "channels"]


def contract(name):
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return next(c for c in config["tool"]["importlinter"]["contracts"] if c["id"] == name)


def name(path):
    return str(path.relative_to(SOURCE))


def parsed(path):
    return ast.parse(path.read_text())


def strings(path):
    return {n.value for n in ast.walk(parsed(path)) if isinstance(n, ast.Constant)}


def functions(path):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [n for n in ast.walk(parsed(path)) if isinstance(n, kinds)]


def concrete(model):
    """The model and what is derived from it, as far as they are tables."""
    below = chain.from_iterable(concrete(c) for c in model.__subclasses__())
    return [*([] if model._meta.abstract else [model]), *below]


def test_the_import_contract_is_the_loop():
    stages = [stage.key for stage in STAGES]
    assert contract("loop")["layers"][::-1] == [*BELOW, *stages, "interfaces"]


def test_every_folder_of_the_product_has_its_place_in_the_loop():
    placed = set(" | ".join(contract("loop")["layers"]).split(" | "))
    folders = {p.parent.name for p in SOURCE.glob("*/__init__.py")}
    assert folders == placed | {"config"}


def test_every_network_is_protected():
    assert set(contract("no-favourites")["protected_modules"]) == {
        f"clarion.networks.{key}" for key in NETWORKS
    }


def test_every_running_state_has_exactly_one_step():
    served = sorted((step.model.__name__, str(step.state)) for step in STEPS)
    models = [m for m in concrete(WorkItem) if m.__module__.startswith("clarion.")]
    wanted = sorted((m.__name__, str(state)) for m in models for state in m.flow.runs)
    assert served == wanted


@pytest.mark.parametrize("path", OUTSIDE, ids=name)
def test_no_network_is_named_outside_networks(path):
    practice = {n.key for n in NETWORKS.values() if n.practice and name(path) in PROGRAM}
    assert not strings(path) & set(NETWORKS) - practice, (
        f"{name(path)} names a network. Ask `channel.network` what it can do instead."
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 500, f"Split {name(path)} by noun."


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_file_has_a_name_that_says_nothing(path):
    assert not VAGUE & {part.removesuffix(".py") for part in path.relative_to(SOURCE).parts}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_file_says_what_it_is_about(path):
    assert ast.get_docstring(parsed(path)) or not path.read_text().strip()


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.key)
def test_every_stage_says_what_it_is_for(stage):
    said = ast.get_docstring(parsed(SOURCE / stage.key / "__init__.py"))
    assert said
    assert len(said) > 15


def test_most_functions_fit_in_one_look():
    lengths = [
        f.end_lineno - f.lineno + 1 for f in chain.from_iterable(functions(p) for p in FILES)
    ]
    assert median(lengths) < 10


def test_no_action_forgets_who_does_it():
    """What changes things by a person's wish asks whose wish it is, in `by`."""
    forgetful = []
    for stage in STAGES:
        path = SOURCE / stage.key / "actions.py"
        for f in functions(path) if path.exists() else ():
            asks = "by" in [a.arg for a in f.args.kwonlyargs + f.args.args]
            checks = "must" in {n.attr for n in ast.walk(f) if isinstance(n, ast.Attribute)}
            if checks and not asks:
                forgetful.append(f"{stage.key}.{f.name}")
    assert not forgetful
