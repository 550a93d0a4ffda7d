"""Tests of the textbook chapter."""
