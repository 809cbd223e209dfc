"""Our own HTTP/1.1 client, the upstream data path."""
