"""An independent oracle: made-up facts, every accepted way of writing them down, and what must come out.

It is written from the specification alone and shares no code with the product, so that the two can only
agree by both being right.
"""
