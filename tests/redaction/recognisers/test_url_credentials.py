"""Names and passwords inside addresses."""

EXAMPLES = [
    ("postgres://admin:s3cret@db:5432/x", "admin:s3cret", "admin:s3cret"),
    ("https://user:pass@example.com", "user:pass", "user:pass"),
    ("redis://:hunter2@localhost", ":hunter2", ":hunter2"),
    ("地址ftp://a:b@c。", "a:b", "a:b"),
]
NEAR_MISSES = [
    "https://example.com:8080/a@b",
    "http://user@example.com",
    "https://a/b:c@d",
    "://",
    "mailto:a@b.com",
]
