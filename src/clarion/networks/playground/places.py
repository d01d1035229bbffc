"""The places of the Playground itself, where a post can stand."""

from clarion.networks.surfaces import Surface

BOTH = ("image", "video")
SURFACES = (
    Surface("feed", BOTH, poll="may"),
    Surface("carousel", BOTH, least=2, alone=()),
    Surface("video", ("video",), least=1, most=1),
    Surface("reel", ("video",), least=1, most=1),
    Surface("story", BOTH, least=1, most=1, frames=True),
    Surface("document", ("document",), least=1, most=1),
)
