"""`python -m monitoring` writes the dashboards anew."""

from monitoring.book import FOLDER, write_dashboards

write_dashboards(FOLDER)
