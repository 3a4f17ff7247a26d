"""What is keelung-111's alone: its facts, how they can be written, and its rules."""

from tests.oracle.keelung import expected, facts, render, sheets

__all__ = ["expected", "facts", "render", "sheets"]
