"""What a person does that a machine should find hard: letters of a picture, or a small sum in words (ADR 0280)."""
