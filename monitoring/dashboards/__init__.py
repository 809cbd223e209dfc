"""The dashboards, one file each; `book` lists them."""
