"""The pretend DeepSeek."""
