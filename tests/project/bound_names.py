"""The names that Python source binds, read from its syntax tree."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "troth"


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package by its dotted name below ``troth``, parsed."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield ".".join(path.relative_to(SOURCE).with_suffix("").parts), ast.parse(path.read_text(encoding="utf-8"))


def room_of(module: str) -> str:
    """The room that a module stands in; a module of no room is one by itself."""
    return module.partition(".")[0]


def bound_names(tree: ast.AST) -> Iterator[str]:
    """The name of each binding: variables (patterns and ``except`` too), arguments, functions, classes, attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)) | ast.alias(asname=str(name)):
                yield name


def definitions() -> Mapping[str, tuple[str, ...]]:
    """Name of a class (private ones too) or public function of a module → the modules that define it."""
    places: dict[str, list[str]] = defaultdict(list)
    for module, tree in modules():
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
            if public or isinstance(node, ast.ClassDef):
                places[node.name].append(module)
    return {name: tuple(where) for name, where in places.items()}
