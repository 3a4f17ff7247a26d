"""What only 總覽 shows: its figures, and what the last update changed."""
