"""What is ntpc-5g-112's alone: its facts, how they can be written, and its rules."""

from tests.oracle.ntpc import expected, facts, render, sheets

__all__ = ["expected", "facts", "render", "sheets"]
