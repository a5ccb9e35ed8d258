"""Google Wallet: classes and objects, and the ways they travel."""
