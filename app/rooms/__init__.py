"""Rooms: one presenter, whose page any number of guests follow; nobody is named."""
