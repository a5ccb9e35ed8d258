"""The world outside, for demo and tests: protocols only, nothing of ours."""
