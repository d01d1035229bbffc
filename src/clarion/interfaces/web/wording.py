"""How figures and moments are written on a page, always with their unit or zone."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

# Only signs that mean one currency. A bare dollar or krone sign would mean ten.
SIGNS = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "US$", "INR": "₹", "CHF": "CHF "}
WHOLE = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "HUF"})  # written without cents
MINUS = "\N{MINUS SIGN}"
MINUTE, HOUR, DAY = 60, 3600, 86400


def money(amount: Decimal, currency: str) -> str:
    """
    >>> money(Decimal("1234.5"), "EUR"), money(Decimal(7), "SEK"), money(Decimal(900), "JPY")
    ('€1,234.50', '7.00 SEK', '¥900')
    """
    digits = f"{abs(amount):,.{0 if currency in WHOLE else 2}f}"
    sign = MINUS if amount < 0 else ""
    if currency in SIGNS:
        return f"{sign}{SIGNS[currency]}{digits}"
    return f"{sign}{digits} {currency}".rstrip()


def fee(amount: Decimal, currency: str) -> str:
    """With as many digits as a small price needs, at least those of its currency.

    >>> fee(Decimal("0.2000"), "USD"), fee(Decimal("0.015"), "USD"), fee(Decimal(12), "EUR")
    ('$0.20', '$0.015', '€12.00')
    """
    digits = -int(amount.normalize().as_tuple().exponent) if amount else 0
    if digits <= 2:
        return money(amount, currency)
    plain = f"{abs(amount):,.{min(digits, 4)}f}"
    return f"{SIGNS[currency]}{plain}" if currency in SIGNS else f"{plain} {currency}"


def full(at: date) -> str:
    """
    >>> full(date(2026, 11, 21))
    'Saturday 21 November 2026'
    """
    words = f"{at:%A} {at.day} {at:%B %Y}"
    if isinstance(at, datetime):
        zone = getattr(at.tzinfo, "key", None) or at.tzname() or ""
        return f"{words}, {at:%H:%M} {zone}".rstrip()
    return words


def moment(at: date, style: str, now: datetime) -> str:
    """Styles: short (21 Nov, 14:05), long, date, time, ago."""
    if style == "ago" and isinstance(at, datetime):
        return ago(at, now)
    if style == "for" and isinstance(at, datetime):
        return lasting(at, now)
    day = f"{at.day} {at:%b}" if at.year == now.year else f"{at.day} {at:%b %Y}"
    if style == "date" or not isinstance(at, datetime):
        return day
    if style == "time":
        return f"{at:%H:%M}"
    return f"{at:%a} {day}, {at:%H:%M}" if style == "long" else f"{day}, {at:%H:%M}"


def ago(at: datetime, now: datetime) -> str:
    """
    >>> from datetime import timedelta
    >>> noon = datetime(2026, 11, 21, 12)
    >>> ago(noon - timedelta(minutes=5), noon), ago(noon + timedelta(hours=3), noon)
    ('5 min ago', 'in 3 h')
    """
    seconds = (now - at).total_seconds()
    far = abs(seconds)
    if far < MINUTE:
        return "just now" if seconds >= 0 else "in a moment"
    if far >= 7 * DAY:
        return moment(at, "date", now)
    words = _length(far)
    return f"{words} ago" if seconds > 0 else f"in {words}"


def lasting(since: datetime, now: datetime) -> str:
    """
    >>> from datetime import timedelta
    >>> lasting(datetime(2026, 11, 1), datetime(2026, 11, 21))
    '20 d'
    """
    return _length(max((now - since).total_seconds(), MINUTE))


def _length(seconds: float) -> str:
    units = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"))
    size, unit = next((s, u) for s, u in units if seconds >= s)
    return f"{int(seconds // size)} {unit}"


@dataclass(frozen=True)
class Delta:
    text: str
    tone: str  # "up" is good news, "down" is bad, "flat" is none
    symbol: str
    spoken: str


def delta(change: float | None, good: str) -> Delta | None:
    """
    >>> delta(0.305, "up")
    Delta(text='30.5%', tone='up', symbol='trending-up', spoken='up')
    """
    if change is None:
        return None
    if abs(change) < 0.0005:
        return Delta("0%", "flat", "minus", "unchanged")
    rises = change > 0
    way = "up" if rises else "down"
    text = f"{abs(change) * 100:,.1f}".removesuffix(".0") + "%"
    return Delta(text, "up" if way == good else "down", f"trending-{way}", way)
