"""mHero: a ministry of health talks with its health workers by text message."""
