"""`make bench`: how fast the dashboard answers, next to a signed-in view that says "ok", in the same run.

Everything runs on this machine: the sandbox, the production server with the dashboard and two views to compare with,
and the clients. Nothing fails on a slow machine: the ratios count, and the targets are printed beside them.
"""
