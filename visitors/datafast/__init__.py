"""The upstream: DataFast's visitor API as a typed client. Knows HTTP and JSON; knows no Django, no setting and no page.

`credentials` holds the two kinds of token, `payload` the shapes of the answers, `errors` the tree of what can go wrong.
`parsing` turns bytes into shapes or errors; `lenient` is its slow path, field by field. `client` asks the questions
over `transport`, HTTP in which everything ends at one deadline.
"""
