"""Signed tokens (JWT) of issuers that policy trusts."""
