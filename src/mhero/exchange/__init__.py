"""The interoperability layer: gateway, channels, clients, transactions, polling, mediators."""
