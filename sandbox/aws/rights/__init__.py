"""What a run's requests prove of the policies that decided them."""
