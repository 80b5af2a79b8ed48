"""The season engine: all rows of a boundary in compiled code, with the equations of the reference engine.

Importing its modules compiles nothing; the first solve does (about half a minute), later ones load the compiled code.
"""
