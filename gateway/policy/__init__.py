"""The desk: policy documents become an immutable book."""
