"""What an answer consumed."""
