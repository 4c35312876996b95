"""Players: entrants in processes of their own, and the judge's side of them."""
