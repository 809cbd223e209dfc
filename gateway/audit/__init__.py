"""What we swear happened."""
