"""What can go wrong while private data is looked for."""


class DetectorFailed(Exception):
    """A detector could not say what a text holds, so nobody may assume that it holds nothing."""


class UnsafePattern(ValueError):
    """A tenant's pattern could take for ever on an unlucky text, or does not compile."""
