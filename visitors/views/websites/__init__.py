"""The pages of those who see to websites, their keys and their people: a module per page."""
