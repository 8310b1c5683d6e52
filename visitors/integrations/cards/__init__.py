"""Signed cards: a help desk or Slack asks who a customer is, server to server, and gets a summary in its own format.

A request goes through these steps:

1. `views` takes the raw request, and finds the integration of the website and kind in the address.
2. Its adapter (`adapters`) checks the signature, and reads from the body whom it asks about.
3. `showing` (help desks, for everyone who may use them) or `slack_users` (for a linked user with a role) finds the
   visitor, and writes the audit entry. `presenter` makes the `Answer`: text only.
4. The adapter writes the answer in the format of its program, and escapes it there.
5. `requests` keeps how the last ten requests ended, without any personal data.

No request waits for DataFast longer than `showing.PATIENCE_SECONDS`: the answer is what is stored, with its age.
"""
