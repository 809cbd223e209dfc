"""Calls that several processes share: who makes one, and who listens to it elsewhere."""
