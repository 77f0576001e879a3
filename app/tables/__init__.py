"""Tables that visitors paste or open, read with care: bytes -> text -> cells -> columns."""
