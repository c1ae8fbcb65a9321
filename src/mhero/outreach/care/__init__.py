"""Care reminders: clients with a visit that is due, who is reminded of it, and what became of it."""
