"""Discussion kept with what it is about: drafts and reports."""

import pytest
from django.test import Client
from tests.interfaces.api.conftest import program_of

from clarion.content.models import Post, Thread


def signed_in(membership):
    client = Client()
    client.force_login(membership.user)
    return client


@pytest.mark.accepts("ZO-5")
@pytest.mark.parametrize(
    ("place", "page"),
    [("post", "posts/{post}/"), ("results", "posts/{post}/results/"), ("results", "results/")],
)
def test_a_mention_in_a_discussion_notifies_and_is_kept_with_the_item(
    space, post, owner, client, member, place, page
):
    ines = member("analyst", "Ines")
    other = member("editor", "Otto")
    client.force_login(owner)
    about = {"post": post.pk} if "{post}" in page else {}
    said = {"place": place, "text": "@Ines why seven and not eight?", **about}
    assert client.post("/w/bakery/threads/new/", said).status_code == 302

    notices = signed_in(ines).get("/w/bakery/notifications/").content.decode()
    assert "Ada mentions you: “@Ines why seven" in notices
    assert (
        "mentions you" not in signed_in(other).get("/w/bakery/notifications/").content.decode()
    )

    thread = Thread.objects.get()
    here = f"/w/bakery/{page.format(post=post.pk)}"
    assert f'href="{here}#thread-{thread.pk}"' in notices
    answered = signed_in(ines).post(
        f"/w/bakery/threads/{thread.pk}/say/", {"text": "People are awake then"}
    )
    assert answered.url == f"{here}#thread-{thread.pk}"
    seen = client.get(here).content.decode()
    assert "why seven and not eight?" in seen
    assert "People are awake then" in seen
    elsewhere = client.get(f"/w/bakery/campaigns/{post.campaign_id}/results/").content.decode()
    assert "why seven" not in elsewhere

    client.post(f"/w/bakery/threads/{thread.pk}/resolve/")
    assert "resolved by Ada" in client.get(here).content.decode()
    kept = program_of(ines).get("threads", resolved="true").json()["items"]
    assert [c["text"] for c in kept[0]["comments"]][1] == "People are awake then"
    assert kept[0]["comments"][0]["mentions"] == [ines.pk]


@pytest.mark.accepts("ZO-5")
def test_suggested_words_are_taken_over_as_an_ordinary_change(post, owner, client, member):
    editor = member("editor", "Otto")
    client.force_login(owner)
    program_of(post.author).post(f"posts/{post.pk}/approve", {"seal": post.seal()})
    assert Post.objects.get().is_approved
    said = {"post": post.pk, "part": "0", "proposal": "Fresh bread at eight", "text": "Later?"}
    assert signed_in(editor).post("/w/bakery/threads/new/", said).status_code == 302
    page = client.get(f"/w/bakery/posts/{post.pk}/").content.decode()
    assert '<ins><span class="sr">added: </span>eight</ins>' in page
    thread = Thread.objects.get()
    client.post(f"/w/bakery/threads/{thread.pk}/take/")
    now = Post.objects.get()
    assert now.text == "Fresh bread at eight"
    assert not now.is_approved
    again = client.post(f"/w/bakery/threads/{thread.pk}/take/")
    assert again.status_code == 409
