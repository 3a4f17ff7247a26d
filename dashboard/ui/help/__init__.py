"""What only 說明 shows: the terms and rules."""
