"""Pages of the outreach room: the three steps of a send, and audiences."""
