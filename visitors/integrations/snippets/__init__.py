"""Ways to connect other programs that need no code in Journeydesk: links, lines for the website, a bookmarklet."""
