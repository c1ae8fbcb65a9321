"""`python -m mhero.sandbox`: the sandbox alone, on the ports of the configuration."""

import argparse
import sys
from dataclasses import replace

from mhero.platform.configuration import load
from mhero.platform.errors import ConfigurationError
from mhero.sandbox.dhis2.dialects import DIALECTS
from mhero.sandbox.phones.operators import PROFILES
from mhero.sandbox.server import config_for, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mhero.sandbox", description=__doc__)
    parser.add_argument("--profile", choices=tuple(PROFILES), default="demo", help="the phone network's")
    parser.add_argument("--dialect", choices=tuple(DIALECTS), default="2.42", help="DHIS2's")
    parser.add_argument("--people", type=int, default=12_000)
    parser.add_argument("--facilities", type=int, default=800)
    try:
        configuration = load()
        run(configuration, replace(config_for(configuration), **vars(parser.parse_args())))
    except ConfigurationError as exc:
        print(exc, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
