"""The pieces of compose.yaml without containers, all on this machine, and what happens to them."""
