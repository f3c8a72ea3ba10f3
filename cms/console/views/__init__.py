"""Doors of the console, a file per task."""
