"""What is removed of visitors: on demand, and with time."""
