"""How operators are computed: the references, the native kernels, and the choice between them."""
