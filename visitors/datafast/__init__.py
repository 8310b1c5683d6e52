"""The upstream: DataFast's visitor API as a typed client. Knows HTTP and JSON; knows no Django model and no page.

`payload` holds the shapes of the answers, `parsing` turns bytes into them, `errors` is the tree of what can go wrong,
`client` speaks HTTP.
"""
