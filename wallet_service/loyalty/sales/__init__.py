"""Purchases: quoted, recorded once, paid with points, taken back."""
