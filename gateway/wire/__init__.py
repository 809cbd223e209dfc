"""The language: LLM protocols and server-sent events, sans-IO."""
