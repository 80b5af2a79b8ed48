"""The season engine: all rows of a boundary in compiled code, with the equations of the reference engine.

Importing its modules compiles nothing; the first solve does (one to two minutes in a fresh environment), later ones load
the compiled code.
"""
