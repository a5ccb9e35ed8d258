"""Who the members are: what they said, agreed to, and where they came from."""
