"""A country to try things in: its people and facilities, its iHRIS, its DHIS2 and its phone network.

Nothing here is needed to run mHero. It exists so that a demonstration and the tests meet real HTTP, real
dirt and real failures without a ministry at hand. It stands on `mhero.platform` alone, and never calls
anything but loopback.
"""
