"""TLS at our own door: certificates, the first moments of a connection, and what carries it."""
