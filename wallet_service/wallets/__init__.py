"""The wallets' own languages, behind one seam."""
