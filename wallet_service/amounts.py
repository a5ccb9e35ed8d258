"""Points are whole numbers; nothing here is ever a float."""

from typing import NewType

Points = NewType("Points", int)
"""Whole bonus points, signed where a movement is meant."""

MOST = 1_000_000_000
"""The largest amount one entry may move, and the largest balance: beyond it a typing error is likelier than a customer."""
