"""The token endpoints: the gateway as an OAuth 2.0 authorization server."""
