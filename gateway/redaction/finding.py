"""A private value that was found, without the value."""

import msgspec


class Finding(msgspec.Struct, frozen=True, gc=False):
    """
    Where a private value stands in a text, and which one it is.

    `mark` is a keyed digest of the value: equal values of one tenant have
    equal marks, and nobody without the tenant's key learns a value from it.
    So findings can be kept where texts must not be. `is_chinese` says that it
    was written in Chinese, or as a number is in China.
    """

    start: int
    end: int
    entity: str
    mark: bytes
    form: str = "plain"
    is_chinese: bool = False


class Located(msgspec.Struct, frozen=True, gc=False):
    """
    A finding in the text at hand.

    `original` is the whole value where the text holds only a part of it, and
    `is_rest` says that the part before it stands for the whole.
    """

    start: int
    end: int
    finding: Finding
    original: str | None = None
    is_rest: bool = False
