"""Whatever a person can do on a page, a program can do over the API."""

import ast
from pathlib import Path

import clarion

ROOT = Path(clarion.__file__).parent
ELSEWHERE = {
    "issue_token": "a person makes tokens, on a page or with `clarion token new`",
    "finish": "a person comes back from a network with a browser",  # of channels
    "bin_post": "posts.bin also calls off what is planned, through throw_away",
    "weigh": "a dry run of promotions.order says the same",
}


def actions():
    """Every public function of a stage that is done by somebody: stage, name."""
    for file in [*ROOT.glob("*/actions.py"), *ROOT.glob("*/library.py")]:
        for node in ast.parse(file.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if "by" in {arg.arg for arg in node.args.kwonlyargs}:
                yield file.parent.name, node.name


def test_every_action_has_an_operation():
    called = {
        node.attr
        for file in (ROOT / "interfaces/api").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
    }
    missing = {name for _, name in actions()} - called - set(ELSEWHERE)
    assert not missing
    assert len(list(actions())) > 50


def test_what_is_done_elsewhere_still_exists():
    assert set(ELSEWHERE) <= {name for _, name in actions()}
