"""Search in Chinese: pairs of characters as words (ADR 0240), one page of results for a site and for the portal."""
