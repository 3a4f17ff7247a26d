"""What comes in: the reading of files, workbooks and spreadsheets into rows of text.

All input and output of source data is here; nothing here knows what a row means.
"""
