"""The people: subscribers, their subscriptions and consent records."""
