"""What must not leave the house."""
