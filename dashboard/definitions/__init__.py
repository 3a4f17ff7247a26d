"""What people define, and what its words mean: nothing here reads data or asks a database."""
