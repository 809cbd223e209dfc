"""Leave a value where it is and count it: what the first weeks of a new profile do."""

from gateway.redaction.action import Action

LOG_ONLY = Action("log_only", strength=1)
