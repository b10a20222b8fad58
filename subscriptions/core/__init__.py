"""The ground floor: what every room needs, and knows no room above it."""
