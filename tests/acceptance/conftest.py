"""Each test here does what a user does, and names the line of docs/acceptance.md it meets."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    from tools.acceptance import lines

    known = lines()
    for item in items:
        named = [i for mark in item.iter_markers("accepts") for i in mark.args]
        if HERE in item.path.parents and not named:
            raise pytest.UsageError(
                f"{item.nodeid} does not say what it accepts. Add @pytest.mark.accepts(…)."
            )
        if strange := [i for i in named if i not in known]:
            raise pytest.UsageError(
                f"{item.nodeid}: {strange[0]} is not in docs/acceptance.md."
            )
