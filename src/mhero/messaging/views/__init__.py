"""The pages of the conversation service."""
