"""Offers, their codes, and who has redeemed them."""
