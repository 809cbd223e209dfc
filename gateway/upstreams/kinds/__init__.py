"""The kinds of upstream, by the name a policy gives them: the only place that grows."""
