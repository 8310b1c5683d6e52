"""The panel: a visitor beside a conversation, in a frame of the help desk.

The help desk's page only names a visitor. Who the agent is comes from pairing (`pairing`), so the panel works without
cookies, which browsers withhold from frames of other sites. `static/panel.js` talks to the help desk.
"""
