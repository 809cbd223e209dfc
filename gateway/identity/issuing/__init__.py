"""The gateway as an issuer of access tokens (OAuth 2.0 client credentials)."""
