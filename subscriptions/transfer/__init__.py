"""What comes and leaves in bulk: import, export, backup."""
