"""The published files of the image sets, by which downloads, files of one's own and caches are recognised.

The SHA-256 of the files are those that tensorflow-datasets publishes. Those of the values in them were computed from
files with these sums. The images of Fashion-MNIST and all of Kuzushiji-MNIST were not at hand: their caches are checked
by what they record of themselves, and by the files that they say they come from.
"""

from __future__ import annotations

from typing import NamedTuple

TRAIN = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


class Original(NamedTuple):
    """One of the four files of a set."""

    sha256: str
    """of the file"""
    values_sha256: str | None = None
    """of its images or labels, a byte each; None: not known"""


ORIGINALS: dict[str, dict[str, Original]] = {
    "mnist": {
        TRAIN[0]: Original(
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        ),
        TRAIN[1]: Original(
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        ),
        TEST[0]: Original(
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        ),
        TEST[1]: Original(
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
        ),
    },
    "fashion_mnist": {
        TRAIN[0]: Original("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        TRAIN[1]: Original(
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
        ),
        TEST[0]: Original("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        TEST[1]: Original(
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
        ),
    },
    "kmnist": {
        TRAIN[0]: Original("51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        TRAIN[1]: Original("e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        TEST[0]: Original("edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
        TEST[1]: Original("20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
    },
}
"""By the name of the set and of the file."""
