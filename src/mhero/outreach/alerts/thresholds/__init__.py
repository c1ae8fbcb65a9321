"""Thresholds: what DHIS2 hears of a place that its officers have to know at once."""
