"""The schemas of an OpenAPI document in people's words: the kind of a value, its limits, and what it looks like."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

SAMPLES: Mapping[str, Any] = {
    "string": "…",
    "date-time": "2026-11-22T12:30:00Z",
    "integer": 1,
    "boolean": True,
}
"""What a value of a type or format looks like, when its schema has no example."""


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of a request or a response. `model`: the one that its kind names."""

    name: str
    kind: str
    model: str | None
    required: bool
    meaning: str
    limits: str


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a document, by name."""

    schemas: Mapping[str, Schema]

    def resolve(self, schema: Schema) -> Schema:
        """The schema itself, or the model that it points to."""
        return self.schemas[_name(schema["$ref"])] if "$ref" in schema else schema

    def fields(self, schema: Schema) -> tuple[Field, ...]:
        """The members of an object."""
        model = self.resolve(schema)
        required = model.get("required", ())
        return tuple(field(name, value, name in required) for name, value in model.get("properties", {}).items())

    def examples(self, schema: Schema) -> list[Any]:
        """The examples of a schema; one made of its parts, if it has none."""
        return self.resolve(schema).get("examples") or [self.sample(schema)]

    def sample(self, schema: Schema) -> Any:
        """A value that fits the schema: its example, or one made of its parts."""
        match self.resolve(schema):
            case {"examples": [example, *_]}:
                return example
            case {"properties": members}:
                return {name: self.sample(member) for name, member in members.items()}
            case {"items": items}:
                return [self.sample(items)]
            case {"anyOf": options}:
                return None if {"type": "null"} in options else self.sample(options[0])
            case plain:
                return SAMPLES.get(plain.get("format") or plain.get("type", ""))

    def within(self, name: str) -> Iterator[str]:
        """The model of this name, and those inside it."""
        yield name
        for inner in self.fields(self.schemas[name]):
            if inner.model:
                yield from self.within(inner.model)


def field(name: str, schema: Schema, required: bool) -> Field:
    """What a field of this name and schema is."""
    meaning = schema.get("description", "")
    return Field(name, kind(schema), model_of(schema), required, meaning, ", ".join(_limits(schema)))


def never_null(schema: Schema) -> dict[str, Any]:
    """The schema without null, which cannot be written in an address or a header: such a value is left out."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return {**schema, **({"anyOf": options} if options else {})}


def model_of(schema: Schema) -> str | None:
    """The name of the model that a schema points to, itself or by its items."""
    pointer = schema.get("$ref") or schema.get("items", {}).get("$ref")
    return _name(pointer) if pointer else None


def kind(schema: Schema) -> str:
    """The kind of value: `string`, `date-time or null`, `list of EntryOut`."""
    match schema:
        case {"$ref": pointer}:
            return _name(pointer)
        case {"anyOf": options}:
            return " or ".join(map(kind, options))
        case {"items": items}:
            return f"list of {kind(items)}"
        case _:
            return str(schema.get("format") or schema.get("type", "any"))


def _limits(schema: Schema) -> Iterator[str]:
    for part in (schema, *schema.get("anyOf", ())):
        if "maxLength" in part:
            yield f"up to {part['maxLength']} characters"
        if "maximum" in part:
            yield f"{_number(part['minimum'])} to {_number(part['maximum'])}"
    if schema.get("default") not in {None, ""}:
        yield f"else {schema['default']}"


def _number(value: float) -> str:
    return f"{int(value):,}".replace("-", "\N{MINUS SIGN}").replace(",", "\N{NARROW NO-BREAK SPACE}")


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2]
