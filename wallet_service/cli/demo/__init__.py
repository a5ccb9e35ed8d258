"""`demo`: the main job played on this machine, with phones, Apple and Google simulated."""
