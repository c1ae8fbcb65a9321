"""The pages of the exchange, for the people who look after it."""
