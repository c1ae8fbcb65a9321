"""Campaigns: when each point is due for whom, and the sends that it becomes."""
