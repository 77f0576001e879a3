"""The labs: each module is one, and no lab imports another."""
