"""Webhooks: signed messages to an address that the managers of a website choose, retried, and reported when given up.

Events are queued in the transaction that makes them, and sent by the background thread.
"""
