"""What bureaus write down, each a file of TOML: a programme, a table's contract, and where a deployment keeps what.

Each is checked whole when it is loaded, and each fault is a sentence in Chinese for the person who edits the file.
"""
