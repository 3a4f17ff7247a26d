"""What only 資料 shows: files and sheets, uploads, what a file is taken for, and snapshots."""
