"""What can only be read from the source: literals that end up in stored rows."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType

import bot
import core

_COMPOSED = re.compile(r"[a-z_]+(:[a-z_{}]*)+")
_LOGGERS = frozenset({"log", "_log", "_note", "_record", "_record_mask", "record", "_lost"})


@cache
def load_all() -> tuple[ModuleType, ...]:
    """Import and return the modules of the program, without the sandbox."""
    return tuple(_below(core)) + tuple(_below(bot))


def _below(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if "sandbox" not in found.name and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


@cache
def _nodes() -> tuple[ast.AST, ...]:
    return tuple(node for module in load_all() for node in ast.walk(ast.parse(inspect.getsource(module))))


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _calls() -> Iterator[tuple[str, ast.Call]]:
    return ((_name(node.func), node) for node in _nodes() if isinstance(node, ast.Call))


def _keys_of(name: str) -> Iterator[str]:
    """Yield the keys of dicts that are passed under a name or assigned to it."""
    for node in _nodes():
        match node:
            case ast.keyword(arg=arg, value=value) if arg == name:
                yield from _keys(value)
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value):
                yield from _keys(value) if _name(target) == name and value is not None else ()


def _keys(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Dict):
        yield from (text for key in node.keys if (text := _text(key)) is not None)


def _first_arguments(name: str) -> set[str]:
    found = (_text(call.args[0]) for called, call in _calls() if called == name and call.args)
    return {text for text in found if text is not None}


def details() -> set[str]:
    """Return the names of details of audit entries and notices."""
    words = [word for name, call in _calls() if name in _LOGGERS for word in call.keywords]
    spread = {key for word in words if word.arg is None for key in _keys(word.value)}
    return {*_keys_of("details"), *spread, *(word.arg for word in words if word.arg)}


def screen_arguments() -> set[str]:
    """Return the names of screen arguments that are stored with a conversation."""
    read = {
        text
        for name, call in _calls()
        if name == "get" and isinstance(call.func, ast.Attribute) and _name(call.func.value) == "args"
        for text in [_text(call.args[0])]
        if text is not None
    }
    return {
        *_keys_of("args"),
        *_first_arguments("arg"),
        *_first_arguments("list_arg"),
        *_first_arguments("ids_arg"),
        *read,
    }


def composed() -> set[str]:
    """Return texts such as ``segment:{}``: a kind, a colon and a value."""
    templates = ("".join(map(_part, node.values)) for node in _nodes() if isinstance(node, ast.JoinedStr))
    return {template for template in templates if _COMPOSED.fullmatch(template)}


def _part(node: ast.expr) -> str:
    """Return a literal unchanged, an enum member by its name, and ``{}`` for any other value."""
    value = node.value if isinstance(node, ast.FormattedValue) else None
    name = value.attr if isinstance(value, ast.Attribute) else ""
    return _text(node) or (name.lower() if name.isupper() else "{}")


def lookups() -> set[str]:
    """Return the purposes of hashes of personal data."""
    return _first_arguments("lookup")


def signatures() -> set[str]:
    """Return the purposes of signatures."""
    return _first_arguments("sign")
