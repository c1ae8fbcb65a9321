"""The console: page frame, components, home page, front-end source."""
