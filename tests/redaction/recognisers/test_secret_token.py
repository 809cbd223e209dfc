"""Random signs behind a word that announces them."""

EXAMPLES = [
    (
        'api_key="9f8e7d6c5b4a39281706f5e4d3c2b1a0"',
        "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
    ),
    ("Authorization: Bearer abcDEF123ghiJKL456mno", "abcDEF123ghiJKL456mno", "abcDEF123ghiJKL456mno"),
    ("密钥：a8F3kL9xQ2mN7vB4", "a8F3kL9xQ2mN7vB4", "a8F3kL9xQ2mN7vB4"),
    ("client_secret: x9Y8z7W6v5U4t3S2", "x9Y8z7W6v5U4t3S2", "x9Y8z7W6v5U4t3S2"),
    (
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1",
    ),
]
NEAR_MISSES = [
    "token: undefined",
    "api key required",
    "max_tokens=4096",
    "secret_santa_party_2024_list",
    "access token endpoint /oauth2/v1/token",
    "session 20241127123456789",
]
