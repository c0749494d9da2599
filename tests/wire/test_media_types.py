"""Which description a message falls under, by its media type."""

import pytest

from troth.wire.media_types import best_matches, read_media_range


@pytest.mark.parametrize(
    ("described", "sent", "matches"),
    [
        (["application/json"], "application/json", (0,)),
        (["application/json"], "Application/JSON; charset=utf-8", (0,)),
        (["application/json; charset=utf-8"], "application/json", (0,)),
        (["application/json; charset=utf-8"], "application/json;charset=iso-8859-1", (0,)),
        (["application/json"], "application/problem+json", ()),
        (["application/json"], "text/html", ()),
        (["application/json"], "", ()),
        (["*/*"], "", (0,)),
        (["*/*", "application/*", "application/json"], "application/json", (2,)),
        (["*/*", "application/*", "application/json"], "application/xml", (1,)),
        (["*/*", "application/*", "application/json"], "text/plain", (0,)),
        (["text/*"], "text/csv; header=present", (0,)),
        (["text/*"], "textual/csv", ()),
        (["application/*", "application/*+json"], "application/vnd.x+json", (1,)),
        (["application/*+json"], "application/json", ()),
        (["a/b; view=basic", "a/b; view=full"], "a/b;view=full", (1,)),
        (["a/b; view=basic", "a/b; view=full"], 'a/b; View="FULL"', (1,)),
        (["a/b; view=basic", "a/b; view=full"], "a/b;view=other", ()),
        (["a/b; view=basic", "a/b; view=full"], "a/b", (0, 1)),
        (["a/b; view=basic", "a/b"], "a/b", (1,)),
        (["a/b", "a/b; view=basic"], "a/b; view=basic", (1,)),
        (["a/b", "a/b; view=basic"], "a/b; view=other", (0,)),
        (["a/b", "a/b; v=1", "a/b; v=1; w=2"], "a/b; w=2; v=1; x=3", (2,)),
        (["a/b; v=1", "a/*"], "a/b", (1,)),
        (['a/b; title="x; view=y"'], 'a/b; title="x; view=y"', (0,)),
        (['a/b; title="x; view=y"'], "a/b; view=y", (0,)),
    ],
)
def test_the_narrowest_description_goes_first(described: list[str], sent: str, matches: tuple[int, ...]) -> None:
    assert best_matches(tuple(described), sent) == matches


def test_a_quoted_value_is_the_same_as_a_bare_one() -> None:
    assert read_media_range('A/B; x="a\\"b"; y=c') == read_media_range('a/b;Y=C;X="a\\"b"')
