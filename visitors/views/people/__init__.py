"""The pages about people: who may do what on a website, all accounts, and what invitations are open."""
