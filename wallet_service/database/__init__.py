"""Where everything is kept: Postgres, ours or yours."""
