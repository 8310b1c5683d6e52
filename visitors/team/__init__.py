"""What the team knows of a visitor: notes, tags, an owner, and each user's pins. Features import `memory`."""
