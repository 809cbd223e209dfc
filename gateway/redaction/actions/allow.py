"""Leave a value where it is, as if it had not been found."""

from gateway.redaction.action import Action

ALLOW = Action("allow", strength=0, is_counted=False)
