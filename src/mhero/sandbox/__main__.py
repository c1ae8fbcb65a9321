"""`python -m mhero.sandbox`: the sandbox alone, on the ports of the configuration."""

import argparse
import sys

from mhero.platform.configuration import load
from mhero.platform.errors import ConfigurationError
from mhero.sandbox.phones.operators import PROFILES
from mhero.sandbox.server import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mhero.sandbox", description=__doc__)
    parser.add_argument("--profile", choices=tuple(PROFILES), default="demo")
    arguments = parser.parse_args()
    try:
        run(load(), profile=arguments.profile)
    except ConfigurationError as exc:
        print(exc, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
