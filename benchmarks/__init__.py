"""Speed and memory of the gateway, beside floors of the same run."""
