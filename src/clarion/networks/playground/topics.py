"""What posts can be about, and the words that give it away in four languages."""

import re
from collections.abc import Mapping
from functools import lru_cache

WORDS: Mapping[str, str] = {
    "food": "bread cake coffee recipe bakery cook breakfast lunch dinner food vegan brot "
    "kuchen kaffee rezept bäckerei kochen frühstück essen pain gâteau café recette cuisine pan "
    "tarta receta cocina desayuno comida croissant sourdough",
    "travel": "travel trip hotel beach mountain flight holiday reise urlaub strand berg flug "
    "voyage plage montagne vacances viaje playa montaña vuelo vacaciones",
    "tech": "software code app computer phone data open source release developer technik "
    "handy daten logiciel ordinateur données programa ordenador datos server cloud",
    "sport": "run running football match training yoga bike gym lauf fußball rad course vélo "
    "foot carrera fútbol bici marathon team",
    "style": "fashion dress shoes style outfit vintage mode kleid schuhe stil robe chaussures "
    "moda vestido zapatos estilo linen",
    "home": "garden house kitchen plant furniture diy haus garten küche pflanze möbel maison "
    "jardin plante meuble casa jardín planta mueble",
    "music": "music song concert album band guitar musik lied konzert musique chanson música "
    "canción concierto vinyl",
    "nature": "nature forest animal dog cat bird climate natur wald tier hund katze vogel "
    "klima forêt chien chat oiseau climat bosque perro gato pájaro clima solar",
    "business": "marketing business customer sale offer launch startup price kunden angebot "
    "preis client offre prix cliente oferta precio shop hiring",
    "culture": "book film art museum theatre exhibition buch kunst ausstellung livre musée "
    "exposition libro arte museo exposición poster",
}
# How strangers call it when they talk about it.
CALLED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "food": ("sourdough bread", "good coffee", "the new bakery"),
        "travel": ("night trains", "a week at the beach"),
        "tech": ("open source software", "my new phone"),
        "sport": ("marathon training", "yoga"),
        "style": ("vintage dresses", "linen shirts"),
        "home": ("kitchen plants", "garden furniture"),
        "music": ("that concert", "vinyl"),
        "nature": ("solar power", "forest walks"),
        "business": ("small shops", "marketing"),
        "culture": ("the museum", "that book"),
    },
    "de": {
        "food": ("das Sauerteigbrot", "die neue Bäckerei"),
        "travel": ("der Nachtzug", "die Woche am Meer"),
        "tech": ("freie Software", "mein neues Handy"),
        "sport": ("das Marathontraining", "Yoga"),
        "style": ("Mode aus zweiter Hand", "Leinen"),
        "home": ("mein Garten", "die neue Küche"),
        "music": ("das Konzert", "Vinyl"),
        "nature": ("Solarstrom", "der Wald"),
        "business": ("der kleine Laden", "Marketing"),
        "culture": ("das Museum", "dieses Buch"),
    },
    "fr": {
        "food": ("le pain au levain", "cette boulangerie"),
        "travel": ("le train de nuit", "une semaine à la plage"),
        "tech": ("le logiciel libre", "mon nouveau téléphone"),
        "sport": ("le marathon", "le yoga"),
        "style": ("la mode vintage", "le lin"),
        "home": ("mon jardin", "les plantes"),
        "music": ("ce concert", "le vinyle"),
        "nature": ("le solaire", "la forêt"),
        "business": ("les petites boutiques", "le marketing"),
        "culture": ("ce musée", "ce livre"),
    },
    "es": {
        "food": ("el pan de masa madre", "esa panadería"),
        "travel": ("el tren nocturno", "una semana de playa"),
        "tech": ("el software libre", "mi móvil nuevo"),
        "sport": ("el maratón", "el yoga"),
        "style": ("la moda vintage", "el lino"),
        "home": ("mi jardín", "las plantas"),
        "music": ("ese concierto", "el vinilo"),
        "nature": ("la energía solar", "el bosque"),
        "business": ("las tiendas pequeñas", "el marketing"),
        "culture": ("ese museo", "ese libro"),
    },
}
_TOPIC = {word: topic for topic, words in WORDS.items() for word in words.split()}
_WORD = re.compile(r"\w+")


@lru_cache(4096)
def topics(text: str) -> tuple[str, ...]:
    """What the text is about, most mentioned first; empty when nothing gives it away."""
    found = [_TOPIC[word] for word in _words(text) if word in _TOPIC]
    return tuple(sorted(set(found), key=lambda t: (-found.count(t), t)))


def gist(text: str) -> str:
    """The word that a comment would pick up, as it was written; "this" when there is none."""
    for word in _WORD.findall(text):
        if _bare(word.lower()) in _TOPIC:
            return str(word)
    return "this"


def _words(text: str) -> list[str]:
    return [_bare(word) for word in _WORD.findall(text.lower())]


def _bare(word: str) -> str:
    """The word itself, without the plural of half of Europe."""
    return word if word in _TOPIC else word.removesuffix("s")
