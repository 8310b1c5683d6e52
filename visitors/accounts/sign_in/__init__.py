"""How people come in and stay: who is meant, how often one may try, how long a session lasts, lost passwords."""
