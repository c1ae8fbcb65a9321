"""Jasmin, an SMPP gateway."""
