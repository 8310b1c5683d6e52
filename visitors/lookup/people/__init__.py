"""Find people by name, email, email domain, company or user id among the stored profiles."""
