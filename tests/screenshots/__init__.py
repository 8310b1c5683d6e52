"""`make screenshots`: a picture of every state of the pages, in both themes and at three widths, to be looked at.

Everything runs on loopback: the sandbox, the production server and Chromium. `ARGS="lead bot"` takes those alone.
"""
