"""Alerts: an urgent text that is repeated until people confirm it, and who has."""
