"""The guards of the checker, one file a family. `clausula.checker` runs them."""
