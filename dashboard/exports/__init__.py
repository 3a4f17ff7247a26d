"""Files that leave the product, for people to open elsewhere."""
