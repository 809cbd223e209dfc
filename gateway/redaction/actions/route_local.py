"""Leave a value where it is, and keep the whole request on the premises."""

from gateway.redaction.action import Action

ROUTE_LOCAL = Action("route_local", strength=7, stays_home=True)
