"""The pages about people and facilities."""
