"""The admin API: one file for each thing that is administered, and one list of them."""
