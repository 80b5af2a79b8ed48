"""Entry of the command line; the commands live in `heatnet.cli`."""

from __future__ import annotations


def main() -> None:
    """Run the `heatnet` command."""
    from heatnet.cli.main import run

    run()


if __name__ == "__main__":
    main()
