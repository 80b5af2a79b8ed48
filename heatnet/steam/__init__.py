"""Steam networks."""
