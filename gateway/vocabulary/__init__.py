"""The shared frozen nouns: what every room may say, and nothing that acts."""
