"""The door for people with a browser: one module and one templates folder per page."""
