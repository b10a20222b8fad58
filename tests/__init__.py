"""The proof: unit, functional, migration and browser tests, on real parts."""
