"""Public holidays by country, worked out here: nobody is asked over the network."""

from collections.abc import Mapping
from datetime import date
from functools import cache

import holidays
from holidays.registry import COUNTRIES


@cache
def countries() -> Mapping[str, str]:
    """Code -> name, in the order of names: "DE", and "DE-BY" where regions have their own."""
    names = {codes[1]: key.replace("_", " ").title() for key, codes in COUNTRIES.items()}
    found: dict[str, str] = {}
    for code, regions in holidays.list_supported_countries(include_aliases=False).items():
        name = names.get(code, code)
        found |= {code: name} | {f"{code}-{region}": f"{name}: {region}" for region in regions}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


@cache
def of_year(country: str, year: int) -> Mapping[date, str]:
    """Day -> what is celebrated, in English where the library knows it in English."""
    if country not in countries():
        return {}
    code, _, region = country.partition("-")
    known = holidays.list_localized_countries(include_aliases=False).get(code, ())
    language = next((one for one in known if one.startswith("en")), None)
    found = holidays.country_holidays(
        code, subdiv=region or None, years=year, language=language
    )
    return dict(sorted(found.items()))


def between(country: str, start: date, end: date) -> dict[date, str]:
    """Those from `start` up to but not including `end`."""
    years = range(start.year, end.year + 1)
    every = {day: name for year in years for day, name in of_year(country, year).items()}
    return {day: name for day, name in every.items() if start <= day < end}
