"""Choose a long run: `python -m tests.soak kills --rounds 100`, or `all` of them as they are by default."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

PARTS = ("clock", "frames", "kills", "typed")
"""Modules of this folder: each has `add(parser)`, which names options, and `run(args)`, which returns its faults."""


def main() -> int:
    """Run what was asked for; return 1 where it found a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parts = parser.add_subparsers(required=True, metavar="PART")
    whole = {}
    for name in PARTS:
        module = import_module(f"tests.soak.{name}")
        part = parts.add_parser(name, help=str(module.__doc__).splitlines()[0])
        module.add(part)
        part.set_defaults(run=module.run)
        whole[name] = part
    everything = parts.add_parser("all", help="Run every part with its defaults.")
    everything.set_defaults(run=lambda _: sum(one.run(one) for one in (part.parse_args([]) for part in whole.values())))
    args = parser.parse_args()
    return int(args.run(args) > 0)


sys.exit(main())
