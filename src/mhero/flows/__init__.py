"""The conversation engine: runs flow definitions; pure, with neither Django, I/O, clock nor random of its own."""
