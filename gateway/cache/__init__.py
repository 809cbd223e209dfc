"""Has this been answered before."""
