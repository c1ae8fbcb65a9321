"""Africa’s Talking."""
