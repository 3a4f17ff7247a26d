"""What comes in: the contracts of the tables (`contracts`) and the reading of files into rows of text (`files`).

All input and output of source data is here; nothing here knows what a row means.
"""
