"""One folder per foreign system; each runs as a built-in mediator of the exchange."""
