"""deepseek-gateway: an LLM API gateway for DeepSeek."""
