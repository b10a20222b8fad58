"""The operators' room by itself."""
