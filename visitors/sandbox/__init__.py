"""A stand-in for the DataFast API with generated visitors, over real HTTP, for the demo, the tests and the bench.

It depends on nothing else of the application. `documented` lists the visitor ids, `tokens` the keys, `stories`, `live`
and `generated` make the visitors, `api` answers, `failures` are the ways to fail, and `server` has the `Sandbox`.
"""

from visitors.sandbox.server import Sandbox

__all__ = ["Sandbox"]
