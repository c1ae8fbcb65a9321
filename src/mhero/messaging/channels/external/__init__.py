"""Any provider with an HTTP address, in the form of RapidPro's External channel."""
