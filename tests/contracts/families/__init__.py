"""Calls for the kernels, one file a family of operators: SMALL and BIG, samples by operator."""
