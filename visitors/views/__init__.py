"""What a browser sees: a module per page, and `access` for who may see which website."""
