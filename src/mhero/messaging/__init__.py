"""The conversation service: contacts, messages, broadcasts, SMS channels."""
