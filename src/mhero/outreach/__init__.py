"""What the ministry does with it all: audiences, and messages to them."""
