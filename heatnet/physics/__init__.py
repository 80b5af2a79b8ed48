"""Pure array functions: water, friction, heat loss, exchangers, regulation, heat pumps, pumps.

Every function takes numbers or numpy arrays in the canonical units, broadcasts them and returns float arrays (or
floats); each names its equation and its source. No state, no files but the packaged water table, no heavy imports.
"""
