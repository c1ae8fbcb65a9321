"""Assessments: questions to the same people once or every period, who has reported, and what they said."""
