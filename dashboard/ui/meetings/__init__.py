"""What 簡報 and 會議 show: the slides of a view, and meetings with their decisions."""
