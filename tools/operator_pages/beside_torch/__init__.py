"""What torch calls each operator, an example, and the differences: one row an operator."""

from tools.operator_pages.beside_torch import (
    activations,
    arithmetic,
    convolution,
    losses,
    normalisation,
    pooling,
    rearranging,
    reductions,
)
from tools.operator_pages.beside_torch.row import Row

#: By the names of the operators.
ROWS: dict[str, Row] = {
    **convolution.ROWS,
    **pooling.ROWS,
    **activations.ROWS,
    **losses.ROWS,
    **normalisation.ROWS,
    **arithmetic.ROWS,
    **reductions.ROWS,
    **rearranging.ROWS,
}
