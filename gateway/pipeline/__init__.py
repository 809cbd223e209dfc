"""The order of things, and the way back."""
