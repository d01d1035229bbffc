"""Plain Python about numbers: what may be concluded from them, and what may not."""
