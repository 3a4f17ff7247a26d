"""What the rooms of the pages share: the address, markup, tables, figures and downloads."""
