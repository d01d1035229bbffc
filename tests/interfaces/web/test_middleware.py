"""What every answer to a browser carries."""

import re


def test_the_inline_script_of_a_page_carries_the_nonce_of_its_policy(client, space, owner):
    client.force_login(owner)
    said = client.get(f"/w/{space.slug}/inbox/")
    [nonce] = re.findall(r"'nonce-([\w-]+)'", said.headers["Content-Security-Policy"])
    assert f'<script nonce="{nonce}">' in said.content.decode()
