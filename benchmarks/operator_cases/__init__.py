"""Typical calls of each family of operators, written once for either library."""
