"""What only 指標 shows: the rule, who is behind, and the rows behind a figure."""
