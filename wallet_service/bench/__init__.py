"""Benches: each hot path measured against a limit or a peer in the same run, so that the ratio means something anywhere.

A bench is a module with `FIGURES` (what it measures, and the goals) and `measure(effort)`, which returns a number for
each key. `harness` has what they share, `cli/bench.py` prints.
"""
