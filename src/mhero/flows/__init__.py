"""The conversation engine: a pure package with neither Django, I/O, clock nor random of its own."""
