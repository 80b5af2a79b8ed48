"""Energy, carbon, money, substitution rate, the plan's claims and standards compliance: results in, tables out."""
