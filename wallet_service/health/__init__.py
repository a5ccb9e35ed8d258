"""How the service is: one truth, gathered once, that metrics, `/readyz` and `doctor` all tell."""
