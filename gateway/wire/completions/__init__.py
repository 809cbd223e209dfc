"""Text completions and fill-in-the-middle, as DeepSeek and OpenAI's older clients have them."""
