"""Members that turned out to be one person: merged, and parted again."""
