"""Organisations and people from a table: read (reading), compared with what there is (planning), applied and undone."""
