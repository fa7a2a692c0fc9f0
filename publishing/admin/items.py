"""The admin base of everything that is published."""
