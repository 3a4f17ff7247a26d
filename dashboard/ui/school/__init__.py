"""What only 學校 shows: its indicators, its plan and its figures."""
