"""A phone network: two operators, the phones on it, and the people who answer them."""
