"""What a browser calls itself, in words that people know."""

from django import template

register = template.Library()
# In this order: each calls itself by the names of those below, too.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@register.filter
def browser(agent: str) -> str:
    """Browser and system, as far as they say so.

    >>> browser("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    >>> browser("curl/8.5.0"), browser("")
    ('curl/8.5.0', 'A program without a name')
    """
    system = _first(SYSTEMS, agent)
    name = _first(BROWSERS, agent) or agent[:40] or "A program without a name"
    return f"{name} on {system}" if system else name


def _first(names: dict[str, str], agent: str) -> str:
    return next((said for sign, said in names.items() if sign in agent), "")
