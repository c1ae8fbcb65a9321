"""Conversations: sessions of flows with contacts, begun, taken further and ended in batches."""
