"""Bounds of rounding errors by topic, one file each: BOUNDS, functions by operator.

A bound is a function of the operator and its inputs in float64, and gives the error in u, half the
machine epsilon, to first order: ``tolerance.py`` says more.
"""
