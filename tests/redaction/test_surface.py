"""The way back from the surface to the text as it came."""

from gateway.redaction.surface import Piece, Surface


def test_without_pieces_everything_stands_where_it_stood() -> None:
    """
    A plain text is its own surface.
    """
    assert (2, 5) == Surface("abcdef").origin(2, 5)


def test_a_piece_that_was_written_differently_goes_whole() -> None:
    """
    Part of a decoded escape cannot be replaced, so its origin is all of it.
    """
    # `ab\u0031cd` read as `ab1cd`.
    pieces = (
        Piece(0, 0, 2, is_copied=True),
        Piece(2, 2, 8, is_copied=False),
        Piece(3, 8, 10, is_copied=True),
    )
    surface = Surface("ab1cd", "escaped", pieces)

    assert (2, 8) == surface.origin(2, 3)
    assert (1, 9) == surface.origin(1, 4)
    assert (8, 10) == surface.origin(3, 5)
