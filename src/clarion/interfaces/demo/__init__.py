"""The demo brand: a coffee house with ninety days of history. One click makes it, one ends it.

Everything in it is invented, stands on the practice network, and says so.
"""
