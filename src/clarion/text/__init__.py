"""Plain Python about words: counting them the way networks do."""
