"""Takes in what the gateway kept: delivery reports, replies, and wishes to be left alone."""
