"""What goes out comes back as it was, and what is not an export does not come in at all."""

import json
import re
import stat
from random import Random
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from tests import two_worlds

from clarion.accounts import journal
from clarion.accounts.models import User, Workspace
from clarion.channels.models import Channel
from clarion.content.models import Media, Post
from clarion.kit.export.pack import pack
from clarion.kit.export.tables import left_out, tables
from clarion.kit.export.unpack import unpack
from clarion.kit.trouble import Trouble
from clarion.publishing.models import Delivery

committed = pytest.mark.django_db(transaction=True)  # an export is a transaction of its own


@pytest.fixture
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def world(media, playground, owner):
    """One of everything."""
    return two_worlds.build(playground, owner, "Bakery", two_worlds.OURS)


@pytest.fixture(scope="module")
def exported(django_db_setup, django_db_blocker, playground_server, tmp_path_factory):
    """What the export of one of everything is, byte by byte; and nothing of it is left."""
    folder = tmp_path_factory.mktemp("exported")
    (folder / "media").mkdir()
    ours = {
        "MEDIA_ROOT": folder / "media",
        "PRIVATE_HOSTS_ALLOWED": [playground_server.host],
    }
    with django_db_blocker.unblock(), override_settings(**ours):
        owner = User.objects.create_user("ada@bakery.example", "correct horse battery")
        two_worlds.build(playground_server, owner, "Bakery", two_worlds.OURS)
        pack(folder / "export.zip", folder / "media")
        forget()
    return (folder / "export.zip").read_bytes()


@pytest.fixture
def file(exported, tmp_path):
    (tmp_path / "export.zip").write_bytes(exported)
    return tmp_path / "export.zip"


@pytest.fixture
def fresh(db, media):
    """The folder of an installation where nobody has been."""
    return media


def forget():
    """What is left is an installation where nobody has been."""
    call_command("flush", interactive=False, verbosity=0)


def members(file):
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(file, table):
    return [json.loads(line) for line in members(file)[f"data/{table}.jsonl"].splitlines()]


def written(file, found):
    """An export as somebody with an editor may leave it behind."""
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name, content in found.items():
            archive.writestr(ZipInfo(name), content)
    return file


# Filled by the worker and by visitors, who were not there.
UNUSED = {
    "ads.ledger",
    "community.inbox",
    "content.link",
    "listening.ear",
    "measurement.click",
    "measurement.conversion",
    "measurement.meter",
}


# --- there and back ---------------------------------------------------------------------------


@committed
def test_what_was_exported_is_exported_again_after_an_import(file, media, tmp_path):
    unpack(file, media, Workspace)
    pack(tmp_path / "again.zip", media)
    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes()


@committed
def test_the_same_state_is_the_same_file(world, media, tmp_path):
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    pack(one, media)
    pack(other, media)
    assert one.read_bytes() == other.read_bytes()
    assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_every_table_of_the_product_goes_along_with_rows_or_is_named_as_left_out(file):
    ours = {model._meta.label_lower for model in two_worlds.ours()}
    assert ours - left_out().keys() == {table.label for table in tables()} & ours
    assert not [label for label in ours - left_out().keys() - UNUSED if not rows(file, label)]
    assert json.loads(members(file)["schema.json"])["tables_left_out"] == left_out()


def test_the_journal_is_whole_after_an_import(file, fresh):
    unpack(file, fresh, Workspace)
    verdict = journal.verify(Workspace.objects.get())
    assert verdict.broken_at is None
    assert verdict.rows > 3


def test_an_approval_still_covers_its_bytes_and_the_picture_is_there(file, fresh):
    unpack(file, fresh, Workspace)
    assert [post.is_approved for post in Post.objects.filter(state="approved")] == [True]
    for medium in Media.objects.all():
        assert medium.path.stat().st_size == medium.size


@committed
def test_a_row_made_later_gets_an_id_that_nothing_had_before(world, media, tmp_path):
    gone = Workspace.objects.create(name="Gone", slug="gone")
    gone_id = gone.pk
    gone.delete()
    pack(tmp_path / "export.zip", media)
    forget()
    unpack(tmp_path / "export.zip", tmp_path / "fresh", Workspace)
    assert Workspace.objects.create(name="New", slug="new").pk == gone_id + 1


def test_the_account_that_the_first_start_made_makes_way(file, fresh):
    User.objects.create_user("owner@localhost.local")
    unpack(file, fresh, Workspace)
    assert list(User.objects.values_list("email", flat=True)) == ["ada@bakery.example"]


# --- secrets ----------------------------------------------------------------------------------

DELICATE = re.compile("secret|passw|token|hash|key|grant|seal|sha|salt|otp|code|cookie", re.I)
HARMLESS = {
    "accounts.journalentry.seal": "what the journal says about itself",
    "accounts.journalhead.seal": "likewise",
    "ads.promotion.key": "told to the network anyway",
    "channels.channel.grant_ends_at": "a date",
    "channels.channel.grant_expires_at": "a date",
    "channels.channel.network_key": "the name of a network",
    "community.reply.key": "told to the network anyway",
    "content.decision.seal": "what was approved",
    "content.importrow.key": "which row of a file it is",
    "content.importrow.seal": "what the row said",
    "content.link.code": "stands in public posts",
    "content.media.codecs": "how a film is encoded",
    "content.media.sha256": "the name of a file",
    "content.media.source_sha256": "what a file was before it was cleaned",
    "content.origin.key": "which row of a file it came from",
    "content.origin.seal": "what the row said",
    "content.post.approved_seal": "what was approved",
    "listening.ear.network_key": "the name of a network",
    "publishing.delivery.key": "told to the network anyway",
    "publishing.pause.network_key": "the name of a network",
    "publishing.repeat.agreed_seal": "what was agreed to",
    "strategy.lesson.key": "what the lesson is about",
}


def test_a_column_that_sounds_secret_stays_or_is_known_to_be_harmless():
    going = {f"{table.label}.{column.name}" for table in tables() for column in table.columns}
    assert {name for name in going if DELICATE.search(name.split(".")[2])} == set(HARMLESS)


@committed
def test_no_secret_of_anybody_stands_in_the_file(world, media, tmp_path, owner):
    owner.emailaddress_set.create(email=owner.email, verified=True)
    pack(tmp_path / "export.zip", media)
    said = (tmp_path / "export.zip").read_bytes()
    for model in two_worlds.ours():
        for field in model._meta.concrete_fields:
            if field.name in ("password", "secret", "key_hash", "state_hash", "saved"):
                table, column = model._meta.db_table, field.column
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT {column} FROM {table}")
                    kept = [value for (value,) in cursor.fetchall()]
                assert not [value for value in kept if value.encode() in said]
    assert Channel.objects.get().secret["token"].encode() not in said


def test_nobody_gets_in_with_what_was_imported_until_they_set_a_new_password(file, fresh):
    unpack(file, fresh, Workspace)
    assert not User.objects.get().has_usable_password()


# --- nothing goes out by itself ---------------------------------------------------------------


@pytest.fixture
def planned(delivery, media, tmp_path):
    """An export made while a post was due, on a new installation beside the one that runs."""
    pack(tmp_path / "export.zip", media)
    forget()
    unpack(tmp_path / "export.zip", tmp_path / "fresh", Workspace)
    return Delivery.objects.get()


@committed
def test_what_was_planned_waits_until_its_channel_is_connected_again(planned, work, playground):
    work()
    planned.refresh_from_db()
    assert planned.state == "planned"
    assert playground.stats["accepted"] == 0
    assert Channel.objects.get().state_label == "Needs to be connected again"


@committed
def test_what_was_planned_goes_out_once_when_its_channel_is_connected(
    planned, work, playground
):
    from clarion.channels import actions as channels

    work()
    space = Workspace.objects.get()
    boss = space.memberships.get(role="owner").actor()
    answers = {"server": playground.url, "handle": "bakery"}
    channels.start(space, "playground", answers, "", by=boss)
    work()
    work()
    planned.refresh_from_db()
    assert planned.state == "live", planned.problem
    assert playground.stats["accepted"] == 1
    assert Channel.objects.count() == 1


# --- what does not come in --------------------------------------------------------------------


def refused(file, media, match):
    """Not imported, with a sentence, and nothing is there that was not before."""
    with pytest.raises(Trouble, match=match):
        unpack(file, media, Workspace)
    assert not Workspace.objects.exists()
    assert list(media.iterdir()) == []


def first_row(found, table, **changed):
    """The file with some columns of the table's first row changed."""
    name = f"data/{table}.jsonl"
    row, _, rest = found[name].partition(b"\n")
    line = json.dumps({**json.loads(row), **changed}).encode()
    return {**found, name: line + b"\n" + rest}


@pytest.mark.parametrize(
    ("table", "changed", "match"),
    [
        (
            "accounts.workspace",
            {"name": 7},
            r"accounts.workspace.jsonl, line 1: name cannot be",
        ),
        ("accounts.workspace", {"id": "1"}, "line 1: id cannot be"),
        ("accounts.workspace", {"four_eyes": 1}, "line 1: four_eyes cannot be"),
        ("accounts.workspace", {"name": None}, "line 1: name cannot be 'None'"),
        ("accounts.workspace", {"name": "x" * 101}, "line 1: name cannot be"),
        ("accounts.workspace", {"name": "a\0b"}, "line 1: name cannot be"),
        ("accounts.workspace", {"name": "\ud800"}, "line 1: name cannot be"),
        ("accounts.workspace", {"created_at": "yesterday"}, "line 1: created_at cannot be"),
        ("accounts.workspace", {"created_at": "2026-01-01T00:00:00"}, "created_at cannot be"),
        ("accounts.workspace", {"extra": 1}, "line 1: a row has exactly the columns"),
        ("accounts.membership", {"role": "emperor"}, "line 1: role cannot be 'emperor'"),
        ("accounts.membership", {"user_id": 77}, r"user_id.*77"),
        ("accounts.membership", {"user_id": 10**30}, "membership.jsonl, lines 1 to 1:"),
        ("ads.promotion", {"budget": "NaN"}, "line 1: budget cannot be 'NaN'"),
        ("ads.promotion", {"budget": 1.5}, "line 1: budget cannot be"),
        ("publishing.delivery", {"state": "flying"}, "line 1: state cannot be 'flying'"),
        ("publishing.delivery", {"state": "live", "remote_id": ""}, "delivery.jsonl, lines 1"),
        ("publishing.delivery", {"lease": "me"}, "line 1: lease cannot be 'me'"),
        ("accounts.journalentry", {"after": {"a": "\0"}}, "journalentry.jsonl, lines 1 to"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_line(file, fresh, table, changed, match):
    refused(written(file, first_row(members(file), table, **changed)), fresh, match)


@pytest.mark.parametrize(
    ("line", "match"),
    [
        (b'{"id":', "line 2: this is no JSON"),
        (b"\xff\xfe", "line 2: this is no JSON"),
        (b'{"id": NaN}', "line 2: this is no JSON"),
        (b"[" * 100_000, "line 2: this is no JSON"),
        (b"[]", "line 2: a row has exactly the columns"),
        (b"", "line 2: this is no JSON"),
    ],
)
def test_a_broken_line_is_named(file, fresh, line, match):
    found = members(file)
    found["data/accounts.user.jsonl"] += line + b"\n"
    refused(written(file, found), fresh, match)


def test_the_same_id_twice_is_named(file, fresh):
    found = members(file)
    found["data/accounts.user.jsonl"] *= 2
    refused(written(file, found), fresh, r"user.jsonl, line 2: the id \d+ is there already")


def test_a_line_too_few_is_noticed(file, fresh):
    found = members(file)
    found["data/accounts.journalentry.jsonl"] = b"".join(
        found["data/accounts.journalentry.jsonl"].splitlines(keepends=True)[:-1]
    )
    refused(written(file, found), fresh, r"journalentry.jsonl has \d+ lines and not \d+")


@pytest.mark.parametrize(
    "name",
    ["../stranger", "media/../../stranger", "/etc/stranger", "media/ab/short", "note.txt"],
)
def test_a_file_that_no_export_has_is_refused(file, fresh, name):
    refused(
        written(file, members(file) | {name: b"x"}), fresh, "does not belong into an export"
    )


def test_a_picture_that_is_not_what_its_name_says_is_refused(file, fresh):
    found = members(file)
    [picture] = [name for name in found if name.startswith("media/")]
    refused(written(file, found | {picture: b"another"}), fresh, "is not the picture")


def test_a_picture_too_few_is_noticed(file, fresh):
    found = {name: said for name, said in members(file).items() if "media/" not in name}
    refused(written(file, found), fresh, "0 pictures instead of 1")


def test_a_missing_table_is_named(file, fresh):
    found = members(file)
    del found["data/accounts.user.jsonl"]
    refused(written(file, found), fresh, r"data/accounts.user.jsonl is missing")


def test_what_swells_when_it_is_opened_is_refused(file, fresh, tmp_path):
    with ZipFile(tmp_path / "bomb.zip", "w", ZIP_DEFLATED) as archive:
        for name, content in members(file).items():
            archive.writestr(name, content)
    refused(tmp_path / "bomb.zip", fresh, "is compressed")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(file, fresh, share):
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    refused(file, fresh, "is no whole export of Clarion")


def test_a_flipped_bit_is_noticed(file, fresh):
    said = bytearray(file.read_bytes())
    said[said.index(b"Bakery")] ^= 1
    file.write_bytes(said)
    refused(file, fresh, "is no whole export of Clarion")


@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_changed_at_random_comes_in_whole_or_not_at_all(file, fresh, seed):
    luck, said = Random(seed), bytearray(file.read_bytes())
    for _ in range(3):
        said[luck.randrange(len(said))] = luck.randrange(256)
    said = said[luck.choice([0, 0, 7]) :]
    file.write_bytes(said)
    try:
        unpack(file, fresh, Workspace)
    except Trouble:
        assert not Workspace.objects.exists()


@pytest.mark.parametrize(
    "contents", [b"", b"[]", b"{}", b'{"format": "1"}', b'{"format": 1, "rows": 3}']
)
def test_contents_that_say_nothing_are_refused(file, fresh, contents):
    refused(written(file, members(file) | {"contents.json": contents}), fresh, "contents.json")


@pytest.mark.parametrize("changed", [{"format": 2}, {"migrations": {"accounts": "0001"}}])
def test_an_export_of_other_tables_says_which_version_takes_it(file, fresh, changed):
    found = members(file)
    said = {**json.loads(found["contents.json"]), "version": "9.7", **changed}
    found["contents.json"] = json.dumps(said).encode()
    refused(written(file, found), fresh, r"made by Clarion 9\.7, whose tables are not those")


def test_where_somebody_lives_nothing_is_imported(file, space, media):
    before = two_worlds.fingerprint()
    with pytest.raises(Trouble, match="There is a workspace here already"):
        unpack(file, media, Workspace)
    assert two_worlds.fingerprint() == before


def test_a_missing_file_is_named(media, tmp_path):
    with pytest.raises(Trouble, match=r"There is no file .*nowhere\.zip"):
        unpack(tmp_path / "nowhere.zip", media, Workspace)


def test_an_ending_nobody_knows_is_refused(media, tmp_path):
    with pytest.raises(Trouble, match=r"should end in \.zip"):
        pack(tmp_path / "export.tar", media)


@committed
def test_half_written_files_stay_at_home(world, media, tmp_path):
    (media / "ab").mkdir(exist_ok=True)
    (media / "ab" / f"{'ab' * 32}.part").write_bytes(b"half")
    pack(tmp_path / "export.zip", media)
    assert not [name for name in members(tmp_path / "export.zip") if "part" in name]
