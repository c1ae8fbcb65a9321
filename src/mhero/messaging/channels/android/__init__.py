"""An Android phone that sends and receives for us."""
