"""Words that were looked for, marked in what was found."""

import regex
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def spotlight(text: str, wanted: str) -> SafeString:
    """`{{ mention.text|spotlight:watch.words }}`: each wanted word inside a <mark>.

    >>> spotlight("Best <Rye> here", "rye")
    'Best &lt;<mark>Rye</mark>&gt; here'
    """
    phrases = regex.findall(r'"([^"]+)"', wanted)
    rest = regex.sub(r'"[^"]*"', " ", wanted).split()
    looked_for = "|".join(regex.escape(w) for w in sorted([*phrases, *rest], key=len)[::-1])
    if not looked_for:
        return format_html("{}", text)
    parts = regex.split(
        rf"(?<![\p{{L}}\p{{N}}])({looked_for})(?![\p{{L}}\p{{N}}])", text, flags=regex.I
    )
    pairs = [(part, n % 2) for n, part in enumerate(parts)]
    return format_html_join(
        "", "{}", [(format_html("<mark>{}</mark>", p) if hit else p,) for p, hit in pairs]
    )
