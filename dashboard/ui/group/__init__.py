"""What only 分組 shows: its figures, and who visited whose lesson."""
