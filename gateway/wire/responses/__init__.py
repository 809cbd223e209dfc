"""OpenAI's Responses (https://platform.openai.com/docs/api-reference/responses), as a dialect of chat."""
