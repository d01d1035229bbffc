"""Whatever a person can do on a page, a program can do over the API."""

import ast
from pathlib import Path

import clarion

ROOT = Path(clarion.__file__).parent
ELSEWHERE = {
    "issue_token": "a person makes tokens, on a page or with `clarion token new`",
    "finish": "a person comes back from a network with a browser",  # of channels
    "add_browser": "a browser agrees to be told, and has the keys for it",
    "bin_post": "posts.bin also calls off what is planned, through throw_away",
    "weigh": "a dry run of promotions.order says the same",
    "keep_caption": "undoes captions.delete on the page that has just done it",
    "describe": "media.change says what it shows",
    # What a client says comes over a link of their own, without an account.
    "comment": "a client's link",
    "say_yes": "a client's link",
    "ask_for_changes": "a client's link",
    # What another action does on the way.
    "carry": "repeats",
    "carry_over": "pauses",
    "keep": "uploads",
    "note_live": "deliveries.confirm",
    "write_many": "imports",
    "swap": "channels.swap, through swap_two",
    "label_back": "undo of many posts at once",
    "assign_back": "undo of many posts at once",
    "why_not": "posts.check",
}


def actions():
    """Every public function of a stage that is done by somebody: stage, name."""
    for file in ROOT.rglob("*.py"):
        stage = file.relative_to(ROOT).parts[0]
        if stage == "interfaces":
            continue
        for node in ast.parse(file.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if "by" in {arg.arg for arg in node.args.kwonlyargs}:
                yield stage, node.name


def test_every_action_has_an_operation():
    called = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for file in (ROOT / "interfaces/api").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, (ast.Attribute, ast.Name))
    }
    missing = {name for _, name in actions()} - called - set(ELSEWHERE)
    assert not missing
    assert len(list(actions())) > 50


def test_what_is_done_elsewhere_still_exists():
    assert set(ELSEWHERE) <= {name for _, name in actions()}
