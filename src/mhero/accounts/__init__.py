"""People who use the console: sign-in, roles, area of responsibility, audit trail."""
