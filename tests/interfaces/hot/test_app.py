"""What strangers report is checked at the door: they get a sentence, never an error of ours."""

import asyncio
import json

import pytest

from clarion.interfaces.hot import app, spool


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA = tmp_path
    spool._file = None
    yield tmp_path
    spool._file.close() if spool._file else None
    spool._file = None


def report(raw):
    """The status that a report with this body gets."""
    said = []

    async def receive():
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message):
        said.append(message)

    asyncio.run(app._collect(receive, send))
    return said[0]["status"]


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b'{"click": 1}',
        b"[" * 4000,
        b"[]",
        b"7",
        json.dumps({"click": "\ud800" * 32, "ref": "a"}).encode(),
        json.dumps({"click": "a" * 32, "ref": "\ud800"}).encode(),
        json.dumps({"click": "a" * 32, "ref": "r", "kind": "\udfff"}).encode(),
        json.dumps({"click": "a" * 32, "ref": "r", "value": "1e999999999999999999"}).encode(),
    ],
)
def test_a_senseless_report_is_refused_in_words(data, db, raw):
    assert report(raw) == 400


def test_a_report_that_makes_sense_is_taken(data, db):
    assert report(json.dumps({"click": "a" * 32, "ref": "order-1"}).encode()) == 202
