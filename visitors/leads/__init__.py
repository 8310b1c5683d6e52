"""Find visitors without an id: by what they did."""
