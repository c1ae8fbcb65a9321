"""Referrals: a client is sent on by text, the receiving facility is told, and the sender hears back."""
