"""Command lines that make the shipped weights."""
