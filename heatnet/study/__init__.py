"""Studies: the study file, its cases, one case's run, the summary."""
