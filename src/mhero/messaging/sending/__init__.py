"""What moves messages from one state to the next: expansion, the senders, the sweep."""
