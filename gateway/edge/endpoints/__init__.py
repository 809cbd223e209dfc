"""One file per protocol that callers speak."""
