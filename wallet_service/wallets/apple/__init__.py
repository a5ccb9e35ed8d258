"""Apple Wallet: the pass file, its signature, its certificates, its pushes."""
