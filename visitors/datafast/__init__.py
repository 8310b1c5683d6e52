"""DataFast's visitor API as a typed client. Knows HTTP and JSON, but no Django, no setting and no page.

`client` makes the calls over `transport`, in which everything ends at one deadline. `parsing` turns bytes into the
objects of `payload` or an error of `errors`; `lenient` is its slow path, field by field. `credentials` are the tokens.
"""
