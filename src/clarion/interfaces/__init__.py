"""Doors: they translate, make one call, and show what came of it. No decisions here."""
