"""Questions above one run."""
