"""The rows of native.py: how each family of operators calls its kernels."""
