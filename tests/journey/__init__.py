"""The journey: examples by hand, and properties that hold for every answer that parses."""
