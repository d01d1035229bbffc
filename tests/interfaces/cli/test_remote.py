"""The commands of the API against a server that really answers."""

import json
import os
import re
import socketserver
import stat
import subprocess
import sys
import threading

import pytest
from click.testing import CliRunner

from clarion.accounts.actions import issue_token
from clarion.accounts.models import JournalEntry
from clarion.accounts.rights import ALL
from clarion.interfaces.cli.main import clarion
from clarion.interfaces.cli.remote import document
from clarion.interfaces.cli.remote_pass import kept_in
from clarion.kit.trouble import Trouble

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_is_signed_in(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CLARION_DATA", str(tmp_path / "data"))
    for name in ("CLARION_URL", "CLARION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def key(owner, space):
    membership = space.memberships.get(user=owner)
    return issue_token(membership, "script", sorted(ALL), by=membership.actor())[1]


@pytest.fixture
def run(live_server, key, monkeypatch):
    """Run a command as its person would: run("posts list --json")."""
    monkeypatch.setenv("CLARION_URL", live_server.url)
    monkeypatch.setenv("CLARION_TOKEN", key)
    return command


class HangsUp(socketserver.BaseRequestHandler):
    """Hears a request and never answers."""

    heard = b""

    def handle(self):
        type(self).heard = self.request.recv(65536)


def command(*words, stdin=None):
    words = words[0].split() if len(words) == 1 else list(words)
    return CliRunner().invoke(clarion, words, input=stdin)


def path():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def answer(result):
    assert result.exit_code == 0, result.output + repr(result.exception)
    return json.loads(result.stdout)


def test_a_post_is_written_scheduled_and_listed(run, channel):
    post = answer(
        run("posts", "create", "--text", "Rye at 8", "--channels", str(channel.pk), "--json")
    )
    planned = answer(run(f"posts schedule {post['id']} --at 2027-12-01T09:00 --json"))
    assert planned["planned_for"] == "2027-12-01T08:00:00Z"
    table = run("posts list").stdout
    assert "Rye at 8" in table
    assert table.splitlines()[0].startswith("id")
    assert "Rye at 8" in run(f"posts get {post['id']}").stdout


def test_money_is_spent_without_thinking_of_a_key(run, delivery, work):
    work()
    order = answer(run(f"promotions order --delivery {delivery.pk} --budget 20 --json"))
    assert (order["delivery"], order["budget"]) == (delivery.pk, "20.00")


def test_a_dry_run_changes_nothing(run, space):
    assert answer(run("posts create --text Maybe --dry-run --json"))["dry_run"] is True
    assert not space.posts.exists()


def test_the_same_key_does_it_once(run, space):
    first = answer(run("posts create --text Once --idempotency-key k --json"))
    assert answer(run("posts create --text Once --idempotency-key k --json")) == first
    assert space.posts.count() == 1


def test_all_pages_are_followed(run):
    for n in range(5):
        run(f"posts create --text {n}")
    some = run("posts list --limit 2 --json")
    assert len(answer(some)["items"]) == 2
    every = answer(run("posts list --limit 2 --all --json"))
    assert [p["text"] for p in every["items"]] == ["4", "3", "2", "1", "0"]
    hint = run("posts list --limit 2")
    assert "--all" in hint.stderr


def test_only_what_is_typed_is_changed_and_none_empties(run, campaign):
    made = f"posts create --text Rye --link https://a.example/ --campaign {campaign.pk} --json"
    post = answer(run(made))
    said = answer(run(f"posts edit {post['id']} --version 1 --text Wheat --json"))
    assert (said["text"], said["link"], said["campaign"]) == (
        "Wheat",
        "https://a.example/",
        campaign.pk,
    )
    said = answer(run(f"posts edit {post['id']} --version 2 --campaign none --json"))
    assert said["campaign"] is None


def test_words_come_from_a_file_from_standard_input_or_as_they_stand(run, tmp_path):
    file = tmp_path / "post.txt"
    file.write_text("From a file")
    assert answer(run(f"posts create --text @{file} --json"))["text"] == "From a file"
    piped = run("posts", "create", "--text", "-", "--json", stdin="From a pipe")
    assert answer(piped)["text"] == "From a pipe"
    spoken = run("posts", "create", "--text", "@bo, well said!", "--json")
    assert answer(spoken)["text"] == "@bo, well said!"
    assert answer(run("posts create --text @@bo --json"))["text"] == "@bo"
    missing = run("posts create --text @nowhere.txt")
    assert missing.exit_code == 2
    assert "There is no text file 'nowhere.txt'" in missing.stderr


def test_lists_of_objects_and_pairs_are_options_that_can_be_given_again(run, channel):
    cut = json.dumps({"channel": channel.pk, "text": "For here"})
    made = run(
        *("posts", "create", "--text", "Rye", "--channels", str(channel.pk)),
        *("--variants", cut, "--json"),
    )
    assert answer(made)["variants"][0]["text"] == "For here"
    typed = ("--answers", "handle=bakery", "--answers", "server=http://x.test")
    dry = run("channels", "connect", "--network", "playground", *typed, "--dry-run", "--json")
    assert answer(dry)["dry_run"] is True
    typed = ("--answers", "handle=-", "--answers", "server=http://x.test")
    line = ("channels", "connect", "--network", "playground", *typed, "--dry-run")
    assert run(*line, stdin="bakery\n").exit_code == 0
    assert "handle" in run(*line, stdin="\n").exception.args[0].lower()


def test_a_picture_is_uploaded_from_its_path(run, space, tmp_path):
    from tests.interfaces.api.test_content import picture

    file = tmp_path / "loaf.png"
    file.write_bytes(picture())
    said = answer(run("media", "upload", str(file), "--alt", "A loaf", "--json"))
    assert (said["name"], said["alt"]) == ("loaf.png", "A loaf")
    assert space.media.count() == 1


def test_a_refusal_is_the_servers_sentence_and_ends_with_1(run):
    for words, says in (
        ("posts get 99", "no such thing"),
        ("posts create --planned-for tomorrow", "planned_for"),
        ("posts list --cursor nonsense", "next_cursor"),
    ):
        result = run(words)
        assert isinstance(result.exception, Trouble), result.output
        assert says in str(result.exception)


def test_what_is_typed_wrongly_ends_with_2(run):
    for words in (
        "posts create --txt a",
        "posts list --state gone",
        "posts create --channels all",
        "posts schedule",
        "channels connect --network x --answers handle",
        "posts create --variants [1]",
    ):
        assert run(words).exit_code == 2, words


def test_the_whole_program_says_the_sentence_on_stderr(run, live_server, key):
    line = [sys.executable, "-m", "clarion.interfaces.cli.main", "posts", "get", "99"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=path())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "clarion: There is no such thing in this workspace.\n"


def test_the_journal_is_checked_and_exported(run, space):
    run("posts create --text Rye")
    assert answer(run("journal verify --json"))["is_whole"] is True
    lines = [json.loads(line) for line in run("journal export").stdout.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    JournalEntry.objects.filter(workspace=space, seq=2).update(by="Nobody")
    broken = run("journal verify")
    assert broken.exit_code == 1
    assert "Line 2" in str(broken.exception)


def test_results_say_how_they_came_about(run, campaign):
    said = run(f"campaigns results {campaign.pk}").stdout
    assert "unknown: Nothing is live yet." in said


# --- who we are -----------------------------------------------------------------------------


def test_signing_in_keeps_the_token_for_this_user_only(live_server, key):
    done = command("sign-in", "--url", live_server.url, stdin=f"{key}\n")
    assert done.exit_code == 0, done.output
    assert "Signed in to bakery as Ada (script)" in done.stdout
    assert key not in done.output
    assert stat.S_IMODE(kept_in().stat().st_mode) == 0o600
    assert answer(command("me show --json"))["workspace"] == "bakery"
    command("sign-out")
    assert "No Clarion is known" in str(command("me show").exception)


def test_a_wrong_token_is_not_kept(live_server, space):
    done = command("sign-in", "--url", live_server.url, "--token", "clarion_wrong")
    assert "still good" in str(done.exception)
    assert not kept_in().exists()


def test_a_kept_token_is_never_sent_elsewhere(live_server, key, monkeypatch):
    command("sign-in", "--url", live_server.url, "--token", key)
    monkeypatch.setenv("CLARION_URL", "http://127.0.0.1:9")
    assert "No token is known for http://127.0.0.1:9" in str(command("me show").exception)


def test_a_server_that_does_not_answer_is_told_in_words(monkeypatch):
    monkeypatch.setenv("CLARION_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CLARION_TOKEN", "clarion_x")
    assert "does not answer. Start Clarion" in str(command("me show").exception)


def test_a_write_whose_answer_is_lost_can_be_said_again_without_doing_it_twice(monkeypatch):
    with socketserver.TCPServer(("127.0.0.1", 0), HangsUp) as server:
        threading.Thread(target=server.handle_request).start()
        monkeypatch.setenv("CLARION_URL", f"http://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("CLARION_TOKEN", "clarion_x")
        said = str(command("posts create --text Once").exception)
    assert "may have been done or not" in said
    [key] = re.findall("--idempotency-key ([0-9a-f]+)", said)
    assert f"idempotency-key: {key}".encode() in HangsUp.heard.lower()


def test_something_that_is_not_clarion_is_told_in_words(live_server, monkeypatch):
    monkeypatch.setenv("CLARION_URL", f"{live_server.url}/static/vendor")
    monkeypatch.setenv("CLARION_TOKEN", "clarion_x")
    assert "Is CLARION_URL right?" in str(command("me show").exception)


# --- on the machine itself ------------------------------------------------------------------


def test_whoever_runs_the_machine_makes_a_token(space, owner, live_server, monkeypatch):
    made = command("token new --name dev --scopes read,write")
    assert made.exit_code == 0, made.output + repr(made.exception)
    monkeypatch.setenv("CLARION_URL", live_server.url)
    monkeypatch.setenv("CLARION_TOKEN", made.stdout.strip())
    assert answer(command("me show --json"))["may"] == ["read", "write"]
    line = JournalEntry.objects.get(did="token.issued")
    assert (line.by, line.by_kind) == ("Ada", "command")


def test_one_command_makes_a_token_and_signs_in(space, live_server, monkeypatch):
    monkeypatch.setenv("CLARION_URL", live_server.url)
    command("token new --name dev --scopes all --sign-in")
    assert "write" in answer(command("me show --json"))["may"]


def test_a_token_for_nobody_or_for_nothing_is_refused(space):
    for words, says in (
        ("token new --name x --email nobody@x.example", "There is no nobody@x.example"),
        ("token new --name x --scopes everything", "not a scope"),
        ("token new --name x --workspace butcher", "in butcher"),
    ):
        assert says in str(command(words).exception)


def test_whoever_has_several_workspaces_says_which(space, owner):
    from clarion.accounts.actions import found_workspace

    found_workspace(owner, "Second")
    assert "--workspace, one of bakery, second" in str(command("token new --name x").exception)


def test_all_journals_of_this_machine_are_checked(space):
    fine = command("journal verify --here")
    assert "bakery: 1 lines, whole, seal" in fine.stdout
    JournalEntry.objects.filter(workspace=space, seq=1).delete()
    broken = command("journal verify --here")
    assert "bakery: line 1 does not fit" in str(broken.exception)


# --- the commands as such -------------------------------------------------------------------


def test_every_operation_is_a_command_with_help():
    for way in document()["paths"].values():
        for operation in way.values():
            group, _, verb = operation["operationId"].partition(".")
            said = command(group, verb, "--help")
            assert said.exit_code == 0, operation["operationId"]
            assert "--json" in said.stdout


def test_help_does_not_wait_for_django():
    code = (
        "import sys; from clarion.interfaces.cli.main import clarion;"
        "clarion(['posts', '--help'], standalone_mode=False);"
        "assert 'django' not in sys.modules and 'httpx2' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, env=path()
    )
    assert done.returncode == 0, done.stderr
