"""The pages of clients and their visits."""
