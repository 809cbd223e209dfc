"""What we show upstreams, where it does not stand in the policy itself."""
