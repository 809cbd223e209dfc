"""What is wrong is told all at once."""

from gateway.policy.errors import PolicyError, PolicyRejected


def test_a_rejection_holds_every_mistake_once_and_in_order() -> None:
    """
    Mistakes are sorted by file and key, and one told twice is told once.
    """
    second = PolicyError("b.yaml", "x", "is wrong")
    first = PolicyError("a.yaml", "y", "is wrong")

    rejected = PolicyRejected([second, first, second])

    assert (first, second) == rejected.errors
    assert "a.yaml: y: is wrong\nb.yaml: x: is wrong" == str(rejected)


def test_a_mistake_of_a_whole_file_has_no_key() -> None:
    """
    An empty key leaves no gap in the line.
    """
    assert "a.yaml: is missing" == str(PolicyError("a.yaml", "", "is missing"))
