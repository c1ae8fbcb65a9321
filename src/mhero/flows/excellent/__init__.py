"""Excellent: the expressions inside the texts of flows."""
