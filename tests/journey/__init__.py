"""The journey: examples by hand, and properties of every answer that parses."""
