import numpy as np

from bpcli.nn.randomness import generator


def draw(*args: object) -> list[float]:
    return list(generator(*args).standard_normal(4))  # type: ignore[arg-type]


def test_equal_places_draw_equal_numbers() -> None:
    assert draw(1, "order", 2) == draw(1, "order", 2)


def test_seed_purpose_and_place_each_change_the_numbers() -> None:
    places = [(1, "order", 2), (2, "order", 2), (1, "init", 2), (1, "order", 3), (1, "order")]
    assert len({tuple(draw(*place)) for place in places}) == len(places)


def test_purposes_keep_their_numbers_forever() -> None:
    """Old runs must draw what they drew."""
    for stream, purpose in enumerate(("init", "order", "generate", "split", "gradcheck")):
        np.testing.assert_array_equal(
            generator(5, purpose, 7).integers(0, 1000, 5),
            np.random.default_rng([5, stream, 7]).integers(0, 1000, 5),
        )
