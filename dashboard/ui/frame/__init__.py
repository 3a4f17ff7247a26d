"""What stands around every page: its head, navigation, freshness, style sheet and script."""
