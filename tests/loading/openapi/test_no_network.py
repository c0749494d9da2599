"""A document never makes Troth fetch anything: held by Python's audit hook, and by a listener that nobody may call.

The hook sees what Python does; the engine that judges schemas could call by itself, which only the listener would see.
"""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        sys.stderr.write(f"CALLED {event} {arguments}\\n")
    if event == "open" and "outside" in str(arguments[0]):
        sys.stderr.write(f"OPENED {arguments}\\n")

sys.addaudithook(watch)
from pathlib import Path
from troth.judging.conformance import Conformance
from troth.loading.openapi.document import read_spec_file
from troth.model.book import Vendor
from troth.model.exchange import Request, Response
from troth.sources.properties.generation import Generator
from troth.wire.views import RequestView, ResponseView

spec = read_spec_file(Path(sys.argv[1]))
generator = Generator(Vendor("shop", spec))
for operation in spec.operations.values():
    request = RequestView(Request("POST", "http://localhost/a", (), b'{"a": {}, "b": 1}'), operation)
    answer = ResponseView(Response(200, (("Content-Type", "application/json"),), b'{"a": 1}'))
    Conformance(operation).check(request, answer)
    Conformance(operation).described(request, (), {})
    print(operation, len(generator.examples(operation, "0")) > 0, len(generator.coverage(operation)) > 0)
print("parts that are not checked:", len(spec.unchecked))
"""
DOCUMENT = """\
openapi: 3.1.0
jsonSchemaDialect: ADDRESS/dialect
info: {title: t, version: "1"}
paths:
  /a:
    post:
      parameters: [{name: q, in: query, schema: {type: string}, examples: {x: {externalValue: ADDRESS/parameter}}}]
      requestBody:
        content:
          application/json:
            schema:
              $schema: ADDRESS/schema
              type: object
              properties:
                a: {$id: ADDRESS/id/, $ref: inner}
                b: {$ref: 'ADDRESS/ref#/x'}
                c: {$dynamicRef: 'ADDRESS/d#n'}
              discriminator: {propertyName: a, mapping: {x: ADDRESS/mapped.yaml}}
            examples: {one: {externalValue: ADDRESS/example}, two: {$ref: 'ADDRESS/examples.yaml#/two'}}
      responses:
        '200':
          description: d
          content: {application/json: {schema: {$ref: '../outside.yaml#/A'}}}
          headers: {X-A: {$ref: 'file:///outside/headers.yaml'}}
          links: {next: {operationRef: 'ADDRESS/other.yaml#/paths/x'}}
        '201': {$ref: ADDRESS/answer.yaml}
  /b: {$ref: ADDRESS/item.yaml}
"""


def test_nobody_is_called_and_no_file_outside_is_opened(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.01)
        document = tmp_path / "api" / "shop.yaml"
        document.parent.mkdir()
        document.write_text(DOCUMENT.replace("ADDRESS", f"http://127.0.0.1:{listener.getsockname()[1]}"))
        (tmp_path / "outside.yaml").write_text("A: {type: integer}\n")
        command = [sys.executable, "-c", WATCHED, str(document)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert ran.returncode == 0, ran.stderr
    assert "CALLED" not in ran.stderr, ran.stderr
    assert "OPENED" not in ran.stderr, ran.stderr
    assert ran.stdout.splitlines() == ["shop.POST /a True True", "parts that are not checked: 12"]
