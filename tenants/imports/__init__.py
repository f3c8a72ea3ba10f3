"""Sheets of clerks: guarded, read in a child, normalised. Rooms above bring their columns and what a row means."""
