"""The people who live here. Person number 17 of a seed is always the same person."""

from dataclasses import dataclass
from functools import lru_cache

from clarion.networks.playground.chance import pick, weighted

LANGUAGES = {"en": 0.5, "de": 0.2, "fr": 0.15, "es": 0.15}
FIRST = {
    "en": "Amelia Noah Grace Oscar Priya Theo Maya Leon Zara Finn Ruby Kwame",
    "de": "Lena Jonas Mia Emil Aylin Karl Frieda Ben Greta Murat Ida Paul",
    "fr": "Chloé Hugo Manon Lucas Inès Louis Camille Malik Jeanne Rémi Zoé Paul",
    "es": "Lucía Mateo Sofía Hugo Martina Diego Carmen Pablo Elena Iván Noa Raúl",
}
LAST = {
    "en": "Hughes Okafor Bennett Shah Doyle Clarke Morgan Reid Walsh Banks",
    "de": "Albrecht Winter Yilmaz Brandt Vogel Krämer Lindner Sommer Roth Engel",
    "fr": "Moreau Lefèvre Diallo Garnier Petit Rousseau Marchand Benali Roy Colin",
    "es": "Ortega Vidal Romero Castillo Navarro Reyes Molina Serrano Vega Prieto",
}
PLAIN = str.maketrans("áàâäéèêëíïñóöôúüç", "aaaaeeeeiinooouuc")


@dataclass(frozen=True)
class Person:
    handle: str
    name: str
    language: str


@lru_cache(4096)
def person(seed: int, number: int) -> Person:
    language = weighted(LANGUAGES, seed, "language", number)
    first = pick(FIRST[language].split(), seed, "first", number)
    last = pick(LAST[language].split(), seed, "last", number)
    plain = f"{first}.{last}".lower().translate(PLAIN)
    return Person(f"{plain}{number}", f"{first} {last}", language)
