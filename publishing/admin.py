"""The admin of columns and labels."""
