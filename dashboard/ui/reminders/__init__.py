"""What only 催辦 shows: the letters and what they are about."""
