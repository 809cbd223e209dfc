"""May they go on."""
