"""Self-hosted wallet passes and notifications: cards in the phone that show the truth at the till."""
