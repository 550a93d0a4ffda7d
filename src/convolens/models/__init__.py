"""Networks: by name, or from one line of text."""

from convolens.models.alexnet import alexnet
from convolens.models.digits_convnet import digits_convnet
from convolens.models.lenet5 import lenet5
from convolens.models.registry import MODELS, create_model, list_models
from convolens.models.simple_convnet import from_book_params, simple_convnet, to_book_params
from convolens.models.text_network import text_network
from convolens.models.text_of import to_text

__all__ = [
    "MODELS",
    "alexnet",
    "create_model",
    "digits_convnet",
    "from_book_params",
    "lenet5",
    "list_models",
    "simple_convnet",
    "text_network",
    "to_book_params",
    "to_text",
]
