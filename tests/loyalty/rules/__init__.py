"""What members are given, for what, and how far."""
