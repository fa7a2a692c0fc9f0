"""Pure functions on Chinese text: repair, folding, phrases, titles. No Django."""
