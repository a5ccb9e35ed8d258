"""The card in the phone, and when the phone is told."""
