"""Calls of operators to time, written once for either library, one file a family."""
