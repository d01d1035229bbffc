def test_a_post_is_written_and_read_again(program, channel):
    made = program.post("posts", {"text": "Rye at eight", "channels": [channel.pk]})
    assert made.status_code == 201, made.content
    got = program.get(f"posts/{made.json()['id']}")
    assert got.json() == made.json()
    assert got.json()["variants"][0]["channel"] == channel.pk
