"""The schemas of an OpenAPI document in people's words: the kind of a value, its limits, and what it looks like."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

SAMPLES: Mapping[str, Any] = {
    "string": "…",
    "date-time": "2026-11-22T12:30:00Z",
    "date": "2026-11-22",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "object": {},
}
"""What a value of a type or format looks like, when its schema has no example."""

NAMED: Mapping[str, Any] = {
    "member": "mem_01k9z8w4ekf4p8q2v7r5t3y1xa",
    "survivor": "mem_01k9z8w4ekf4p8q2v7r5t3y1xa",
    "absorbed": "mem_01k9z8x0d3m6n1c5b8w2h7j4qe",
    "programme": "prog_01k9z8v2b6t9r3x5m1n7c4k8fd",
    "purchase": "pur_01k9z8w4ekf4p8q2v7r5t3y1xa",
    "external_id": "BH-1",
    "language": "en",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "balance": 1250,
    "entry": 4711,
    "mechanic": "welcome",
    "receipt": "mitte-4711",
    "place": "Mitte",
    "sku": "burger-classic",
    "category": "burgers",
}
"""What a value of this name looks like everywhere, when its schema has no example."""


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of a request or a response. `model`: the one that its kind names; `choices`: all it may be."""

    name: str
    kind: str
    model: str | None
    required: bool
    meaning: str
    limits: str
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a document, by name."""

    schemas: Mapping[str, Schema]

    def resolve(self, schema: Schema) -> Schema:
        """The schema itself, or the model that it points to."""
        return self.schemas[_name(schema["$ref"])] if "$ref" in schema else schema

    def plain(self, schema: Schema) -> Schema:
        """The schema with each list of words in the place of what points to it: such a list is no object."""
        found = self.resolve(schema)
        if "enum" in found:
            return {**found, **{name: value for name, value in schema.items() if name != "$ref"}}
        options = [self.plain(option) for option in schema.get("anyOf", ())]
        items = {"items": self.plain(schema["items"])} if "items" in schema else {}
        return {**schema, **({"anyOf": options} if options else {}), **items}

    def fields(self, schema: Schema) -> tuple[Field, ...]:
        """The members of an object."""
        model = self.resolve(schema)
        required = model.get("required", ())
        members = model.get("properties", {}).items()
        return tuple(field(name, self.plain(value), name in required) for name, value in members)

    def examples(self, schema: Schema) -> list[Any]:
        """The examples of a schema; one made of its parts, if it has none."""
        return self.resolve(schema).get("examples") or [self.sample(schema)]

    def sample(self, schema: Schema, name: str = "") -> Any:
        """A value that fits the schema: its example, or one made of its parts. `name`: what the value is called."""
        match self.resolve(schema):
            case {"examples": [example, *_]} | {"enum": [example, *_]}:
                return example
            case {"properties": members}:
                return {each: self.sample(member, each) for each, member in members.items()}
            case _ if name in NAMED:
                return NAMED[name]
            case {"items": items}:
                return [self.sample(items)]
            case {"anyOf": options}:
                return self._option(options)
            case plain:
                return SAMPLES.get(plain.get("format") or plain.get("type", ""))

    def _option(self, options: Sequence[Schema]) -> Any:
        """An object rather than nothing, which would say little; nothing rather than a made-up text."""
        objects = [option for option in options if "properties" in self.resolve(option)]
        return None if {"type": "null"} in options and not objects else self.sample((objects or options)[0])

    def within(self, name: str) -> Iterator[str]:
        """The model of this name, and those inside it."""
        yield name
        for inner in self.fields(self.schemas[name]):
            if inner.model:
                yield from self.within(inner.model)


def field(name: str, schema: Schema, required: bool) -> Field:
    """What a field of this name and schema is."""
    meaning = schema.get("description", "")
    limits = ", ".join(_limits(schema))
    return Field(name, kind(schema), model_of(schema), required, meaning, limits, tuple(_choices(schema)))


def never_null(schema: Schema) -> dict[str, Any]:
    """The schema without null, which cannot be written in an address or a header: such a value is left out."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return {**schema, **({"anyOf": options} if options else {})}


def model_of(schema: Schema) -> str | None:
    """The name of the model that a schema points to: itself, by its items, or as the first of its options."""
    pointer = schema.get("$ref") or schema.get("items", {}).get("$ref")
    if pointer:
        return _name(pointer)
    return next(filter(None, map(model_of, schema.get("anyOf", ()))), None)


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
    if schema.get("default") not in (None, "", []):
        yield f"else {schema['default']}"


def _choices(schema: Schema) -> Iterator[str]:
    """The words of which it must be one; a single one is said by its meaning."""
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        yield from map(str, part.get("enum", ()))


def _number(value: float) -> str:
    return f"{int(value):,}".replace("-", "\N{MINUS SIGN}").replace(",", "\N{NARROW NO-BREAK SPACE}")


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2]
