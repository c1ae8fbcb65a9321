"""The registry's people as the contacts that messages go to."""
