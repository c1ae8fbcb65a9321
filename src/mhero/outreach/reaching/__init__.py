"""How many of those who are asked answer, what that depends on, and asking so that more of them do."""
