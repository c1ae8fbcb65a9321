"""An officer's questions, and the flow that asks them. Pure: no database, no clock, no network.

`content` is what she writes, `reading` is how answers are understood, `definition` makes the flow of both.
"""
