"""The storm: what is out there afterwards is out once, and nothing is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def storm(*asked):
    """Exit status and report. Everything it starts ends with it."""
    run = subprocess.run(  # noqa: PLW1510 - its status is the answer
        [sys.executable, "-m", "tests.chaos.storm", *asked],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=1500,
    )
    return run.returncode, json.loads(run.stdout.splitlines()[-1])


@pytest.mark.timeout(1560)
@pytest.mark.accepts("OP-7")
def test_a_thousand_deliveries_through_kills_and_lost_answers_are_out_once():
    status, report = storm("--deliveries", "1000", "--limit", "600")
    print(json.dumps(report))
    assert report["deliveries"] >= 1000
    assert (report["duplicates"], report["lost"], report["out_but_not_known"]) == (0, 0, 0)
    assert report["kills"]["at random"] >= 5
    assert report["kills"]["database"] == 2
    assert report["faults"]["lose_answer"] > 0
    assert report["recovery_s_max"] <= 60
    assert report["states"]["live"] >= 950
    assert report["films"] > 25
    assert report["comments"] > 50
    assert report["keys_renewed"] > 0
    assert (report["refresh_tokens_reused"], report["channels_shut"]) == (0, 0)
    assert status == 0


@pytest.mark.timeout(900)
def test_the_storm_notices_when_unsure_is_taken_out():
    asked = ("--deliveries", "150", "--spread", "15", "--storm", "30", "--limit", "200")
    status, report = storm(*asked, "--lose", "0.15", "--without", "unsure")
    assert report["duplicates"] > 0
    assert status == 1


@pytest.mark.timeout(900)
def test_the_storm_notices_when_a_fresh_key_is_used_before_it_is_written_down():
    asked = ("--deliveries", "100", "--spread", "60", "--storm", "60", "--limit", "150")
    status, report = storm(*asked, "--without", "refresh")
    assert report["refresh_tokens_reused"] > 0
    assert status == 1
