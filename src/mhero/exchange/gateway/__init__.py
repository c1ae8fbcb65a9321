"""The door through which every other system comes: one aiohttp server, one transaction for each request."""
