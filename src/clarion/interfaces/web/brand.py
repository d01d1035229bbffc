"""What a workspace needs to know: asked when it is founded, changed in its settings."""

from zoneinfo import available_timezones

from django import forms

from clarion.kit.errors import NotYet

LANGUAGES = (
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pt", "Português"),
    ("pl", "Polski"),
    ("da", "Dansk"),
    ("sv", "Svenska"),
    ("nb", "Norsk"),
    ("fi", "Suomi"),
    ("cs", "Čeština"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("el", "Ελληνικά"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("zh", "中文"),
    ("ar", "العربية"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("id", "Bahasa Indonesia"),
)
CODES = (
    "EUR USD GBP CHF SEK NOK DKK PLN CZK HUF RON TRY UAH JPY CNY KRW INR "
    "IDR SGD HKD AUD NZD CAD BRL MXN ARS CLP ZAR AED SAR ILS EGP KES NGN"
)
CURRENCIES = CODES.split()


def zones() -> list[str]:
    """Places, not the hundred old names for them."""
    areas = (
        "Africa",
        "America",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
    return ["UTC", *sorted(z for z in available_timezones() if z.split("/")[0] in areas)]


class Brand(forms.Form):
    """What a workspace needs to know before anything else."""

    name = forms.CharField(max_length=100, label="Name of your brand")
    time_zone = forms.CharField(
        label="Time zone",
        help_text="Times are typed and shown as the clock shows them there.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        choices=LANGUAGES, help_text="The language you mostly post in."
    )
    currency = forms.ChoiceField(choices=[(c, c) for c in CURRENCIES])


def add_problem(form: forms.Form, problem: NotYet) -> None:
    """Show what an action said next to the field it is about."""
    form.add_error(problem.about if problem.about in form.fields else None, str(problem))
