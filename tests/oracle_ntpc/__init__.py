"""The independent oracle of the programme ntpc-5g-112, from its specification alone.

How a cell or a sheet can be written is `tests.oracle`'s; which schools, tables and rules there are is here.
"""
