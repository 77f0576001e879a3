"""What a visitor costs, and what many visitors need."""
