"""Where the inputs of a workflow come from: the target's world, the mint, a default, or a draw from their schema."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth.arazzo.terms import WorkflowTerm
from troth.loading.plain import mapping
from troth.model.contract import Fact
from troth.model.facts import Facts
from troth.model.workflow import Workflow
from troth.sources.minting import Mint


@dataclass(frozen=True, slots=True)
class InputPlan:
    """What is known of a workflow's inputs before anything is drawn."""

    known: Mapping[str, object]
    drawn: Mapping[str, object]
    """A JSON Schema of the inputs that are left to draw; empty where there is none."""
    missing: tuple[str, ...]
    """Facts that the target does not give."""
    minted: frozenset[str]
    """Values that were made to be nobody's."""


def plan_inputs(term: WorkflowTerm, facts: Facts, seed: str) -> InputPlan:
    """Where each input comes from: ``x-inputs``, ``default`` or ``const``, else its schema.

    Args:
        term: the workflow whose inputs they are.
        facts: what the target gives.
        seed: with the workflow's name it decides the values that are nobody's.
    """
    workflow = term.workflow
    properties = mapping(workflow.inputs.get("properties"))
    mint = Mint(f"{seed}/{term.name}")
    known: dict[str, object] = {}
    left: dict[str, object] = {}
    missing = []
    for name, value in properties.items():
        schema = mapping(value)
        source = workflow.input_sources.get(name)
        if source is not None and source.world:
            try:
                known[name] = facts.look_up(Fact("world", source.world))
            except KeyError as error:
                missing.append(str(error.args[0]))
        elif source is not None:
            known[name] = mint.value(source.fresh)
        elif "default" in schema:
            known[name] = schema["default"]
        elif "const" in schema:
            known[name] = schema["const"]
        else:
            left[name] = value
    required = [name for name in left if name in _required(workflow)]
    drawn = {"type": "object", "properties": left, "required": required, "additionalProperties": False} if left else {}
    return InputPlan(known, drawn, tuple(missing), frozenset(mint.made))


def _required(workflow: Workflow) -> list[str]:
    required = workflow.inputs.get("required")
    return [str(name) for name in required] if isinstance(required, list) else []
