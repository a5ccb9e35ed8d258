"""The books: points in lots, entries that are sealed, holds, reversals, merges, and their proof."""
