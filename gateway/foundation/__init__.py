"""The ground: clock, secrets, background tasks, settings of the machine."""
