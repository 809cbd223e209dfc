"""Hardware addresses."""

EXAMPLES = [
    ("mac 00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E", "001A2B3C4D5E"),
    ("00-1a-2b-3c-4d-5e", "00-1a-2b-3c-4d-5e", "001A2B3C4D5E"),
    ("001a.2b3c.4d5e", "001a.2b3c.4d5e", "001A2B3C4D5E"),
    ("网卡00:1A:2B:3C:4D:5E。", "00:1A:2B:3C:4D:5E", "001A2B3C4D5E"),
]
NEAR_MISSES = [
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "00:1A:2B:3C:4D",
    "00:1A-2B:3C-4D:5E",
    "00:1A:2B:3C:4D:5E:6F",
    "2024-01-02-03-04-05-06",
]
