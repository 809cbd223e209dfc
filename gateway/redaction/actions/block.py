"""Refuse the whole request."""

from gateway.redaction.action import Action

BLOCK = Action("block", strength=8, blocks=True)
