"""How much of what Clarion is measured by is met: tests marked `accepts`, counted.

    python -m tools.acceptance            run them, count, write docs/acceptance.json
    python -m tools.acceptance --all      with those that need real servers or kill processes
    python -m tools.acceptance -k inbox   other words go to pytest; nothing is written then

A line of docs/acceptance.md is met when every test that names it has run and passed. What only
`--all` can show stands in the file as it was when that last ran.
"""

import ast
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LINES = ROOT / "docs" / "acceptance.md"
MET = ROOT / "docs" / "acceptance.json"
QUICK, SERVERS, CHAOS = "quick", "servers", "chaos"


@dataclass(frozen=True)
class Line:
    """One thing the product is measured by."""

    id: str
    system: str
    text: str


@dataclass(frozen=True)
class Marked:
    """One test that says it meets a line."""

    line: str
    file: Path
    test: str
    kind: str  # QUICK | SERVERS | CHAOS


# --- what there is to meet, and what says it meets it ---------------------------------------


def lines() -> dict[str, Line]:
    found, system = {}, ""
    for text in LINES.read_text().splitlines():
        if text.startswith("## "):
            system = text[3:].partition(":")[0] if "Openings" in text else text[3:]
        elif match := re.match(r"\| ([A-Z]{2}-\d+) \| (.*) \| [^|]+ \|$", text):
            found[match[1]] = Line(match[1], system, match[2])
    return found


def marked() -> list[Marked]:
    """All marks in the tests, read without running anything."""
    return [
        mark for path in sorted(ROOT.glob("tests/**/test_*.py")) for mark in _marked_in(path)
    ]


def _marked_in(path: Path) -> Iterator[Marked]:
    tree = ast.parse(path.read_text())
    whole = CHAOS if CHAOS in path.parts else SERVERS if _needs_servers(tree.body) else QUICK
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            kind = SERVERS if _needs_servers(node.decorator_list) else whole
            for line in _accepted(node):
                yield Marked(line, path.relative_to(ROOT), node.name, kind)


def _needs_servers(nodes: Sequence[ast.AST]) -> bool:
    """Whether decorators, or the `pytestmark` among the statements of a file, say so."""
    said = [ast.unparse(n) for n in nodes if isinstance(n, ast.expr | ast.Assign)]
    return any("mark.servers" in text for text in said)


def _accepted(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith("mark.accepts"):
            yield from (a.value for a in mark.args if isinstance(a, ast.Constant))


def unknown() -> list[str]:
    """Marks that name a line which does not exist, in words."""
    known = lines()
    return [
        f"{m.file}: {m.test} names {m.line}, which is not in docs/acceptance.md"
        for m in marked()
        if m.line not in known
    ]


# --- what was met the last time -------------------------------------------------------------


def last() -> dict[str, str]:
    """Line -> how it was shown, from the last full run."""
    return dict(json.loads(MET.read_text())) if MET.exists() else {}


def by_system(met: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """System -> lines met, lines there are."""
    found: dict[str, list[bool]] = defaultdict(list)
    for line in lines().values():
        found[line.system].append(line.id in met)
    return {system: (sum(each), len(each)) for system, each in found.items()}


# --- running --------------------------------------------------------------------------------


@dataclass(eq=False)
class Recorder:
    """A pytest plugin that notes what became of each line."""

    named: dict[str, list[str]] = field(default_factory=dict)  # test -> lines
    passed: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        for item in items:
            marks = item.iter_markers("accepts")
            self.named[item.nodeid] = [line for mark in marks for line in mark.args]

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or report.outcome != "passed":
            for line in self.named.get(report.nodeid, ()):
                self.passed[line].append(report.outcome == "passed")

    def met(self, waiting: Mapping[str, str]) -> dict[str, str]:
        """Lines of which every test has passed; `waiting` have tests that were left out."""
        met = sorted(line for line, each in self.passed.items() if all(each))
        kinds = _slow()
        return {line: kinds.get(line, QUICK) for line in met if line not in waiting}


def main(words: list[str]) -> None:
    if wrong := unknown():
        sys.exit("\n".join(wrong))
    all_of_them = "--all" in words
    words = [word for word in words if word != "--all"]
    recorder = Recorder()
    if code := _run(recorder, words, all_of_them=all_of_them):
        sys.exit(f"Not all of them pass (pytest ended with {code}); nothing was written down.")
    left_out = {} if all_of_them else _slow()
    now, kept = recorder.met(left_out), _kept(left_out)
    if not words:
        MET.write_text(json.dumps(dict(sorted({**kept, **now}.items())), indent=1) + "\n")
    _tell(now, kept)


def _run(recorder: Recorder, words: list[str], *, all_of_them: bool) -> int:
    import pytest

    marks = [m for m in marked() if all_of_them or m.kind == QUICK]
    if not marks:
        return 0
    os.chdir(ROOT)
    if all_of_them:
        os.environ["CLARION_SERVERS"] = "1"
    which = "accepts" if all_of_them else "accepts and not servers"
    files = sorted({str(mark.file) for mark in marks})
    return int(pytest.main([*files, "-m", which, *words], plugins=[recorder]))


def _slow() -> dict[str, str]:
    """Lines with a test that a quick run leaves out -> why it does."""
    return {mark.line: mark.kind for mark in marked() if mark.kind != QUICK}


def _kept(left_out: Mapping[str, str]) -> dict[str, str]:
    """What was left out now, as it was when it last ran."""
    return {line: how for line, how in last().items() if how != QUICK and line in left_out}


def _tell(now: Mapping[str, str], kept: Mapping[str, str]) -> None:
    for system, (met, there_are) in by_system(now).items():
        print(f"{system:<34}{met:>3}/{there_are}")
    if kept:
        print(f"and {len(kept)} more when --all last ran: {', '.join(kept)}")
    print(f"total {len(now)}/{len(lines())}")


if __name__ == "__main__":
    main(sys.argv[1:])
