"""What several tests write down to build something of it: files, tables, programmes."""
