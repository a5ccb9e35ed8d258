"""The rules of a programme: what its members are given, for what, and how far. All of it is pure."""
