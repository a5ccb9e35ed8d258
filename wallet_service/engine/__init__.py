"""Work that happens later, and work that happens together."""
