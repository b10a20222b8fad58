"""What leaves in bulk: the CSV export."""
