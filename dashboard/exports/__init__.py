"""Files that leave the product: everything written for people to open elsewhere.

Nothing here reads a snapshot. What is to be written comes in as a parameter: the one gate stays the one gate.
"""
