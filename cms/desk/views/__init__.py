"""Doors of the desk, a file per task."""
