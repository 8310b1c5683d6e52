"""`make bench`: how fast the dashboard answers, beside a bare Django view in the same run.

Everything runs on loopback: the sandbox, the production server with the dashboard and the two views to compare with,
and the clients. Nothing here fails when a machine is slow; what counts are the ratios.
"""
