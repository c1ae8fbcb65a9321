"""Validation: people and in-charges are asked whether what is known of them is right; officers decide."""
