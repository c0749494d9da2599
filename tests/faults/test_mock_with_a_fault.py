"""``troth mock --fault NAME``: a faulty mock behind the real server, and what is said where there is none to serve."""

import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError

import pytest
from click.testing import CliRunner

import troth
from faults.corpus import plant
from troth.cli import main
from troth.mocks.esws.service import Esws
from troth.mocks.server.http import running
from troth.mocks.service import Service

FROM_SOURCE = Path(__file__).parents[2] / "src" in Path(troth.__file__).parents


@contextmanager
def served(*stand_ins: Any) -> Iterator[str]:
    with running(cast("Sequence[Service]", stand_ins)) as address:
        yield address


def test_a_faulty_mock_is_served_like_a_clean_one() -> None:
    with served(plant("there-is-no-wsdl", Esws())) as address:
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(f"{address}/webservicesesws?wsdl")
        assert refused.value.code == 500
        assert b"Seeded with a fault" in urllib.request.urlopen(address).read()
        assert urllib.request.urlopen(f"{address}/_mock/reset", data=b"").status == 204


@pytest.mark.skipif(not FROM_SOURCE, reason="the corpus of faults is beside the source only, not beside a wheel")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["esws", "--fault", "there-is-no-wsd"], "did you mean 'there-is-no-wsdl'?"),
        (["oneall", "--fault", "there-is-no-wsdl"], "is a fault of esws, which is not served"),
    ],
)
def test_what_cannot_be_planted_is_refused_with_a_sentence(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["mock", *arguments])
    assert result.exit_code == 2
    assert said in result.output
