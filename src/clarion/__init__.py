"""The social marketing loop: plan, make, publish, talk, listen, measure, spend, learn."""

__version__ = "0.1.0"
