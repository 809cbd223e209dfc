"""What a reviewer asks of the log."""
