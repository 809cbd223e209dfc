"""Which kinds of value are secrets."""


def is_secret(entity: str) -> bool:
    """Return whether values of this kind open something, and so are never restored."""
    return entity.startswith("SECRET_")
