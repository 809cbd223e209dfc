"""What operators look at: the dashboards, what they and the alerts ask, and the same as text."""
