"""Access tokens of the tests' users."""

from visitors.integrations.tokens import actions


def new_token(user, website=None, *, days=90):
    """Create a token, and return the header of a request with it."""
    return bearer(actions.create(user, name="test", website=website, days=days))


def bearer(secret):
    """Return the header that names a token."""
    return {"Authorization": f"Bearer {secret}"}
