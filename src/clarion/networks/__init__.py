"""The social networks, as plain async Python: no Django, no database, no idea of a brand."""
