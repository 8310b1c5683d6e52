"""A stand-in for the DataFast API over generated visitors, speaking real HTTP: for the demo, the tests and the bench.

It knows nothing of Django or of the rest of the application. Where to look: `documented` for the ids to paste, `tokens`
for the keys, `websites`, `stories`, `live` and `crowd` for who is there, `api` for the rules, `failures` and `troubles`
for what can go wrong, `server` for the `Sandbox` itself and `controls` for its own addresses.
"""

from visitors.sandbox.server import Sandbox

__all__ = ["Sandbox"]
