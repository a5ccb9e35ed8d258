"""Reads an OpenAPI document: its paths, parameters and schemas become what the pages show. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from wallet_service.web.reference import terms
from wallet_service.web.reference.curl import command, fill
from wallet_service.web.reference.quick_start import steps
from wallet_service.web.reference.schemas import Field, Models, Schema, field, model_of, never_null
from wallet_service.web.reference.view import Answer, Chapter, Model, Operation, Problem, Reference

Json = Mapping[str, Any]


def read(document: Json, problems: Iterable[Problem], address: str) -> Reference:
    """The pages of a document. `problems`: every refusal that has a page; `address`: where the service is reached."""
    info, components = document["info"], document["components"]
    models = Models(components["schemas"])
    reader = _Reader(models, {problem.slug: problem for problem in problems}, address)
    chapters = list(reader.chapters(document["paths"], document["tags"]))
    operations = chain.from_iterable(chapter.operations for chapter in chapters)
    return Reference(
        title=info["title"],
        version=info["version"],
        description=info.get("description", ""),
        authentication=" ".join(scheme.get("description", "") for scheme in components["securitySchemes"].values()),
        address=address,
        steps=list(steps(chapters)),
        chapters=chapters,
        refusal=[_model(models, name) for name in dict.fromkeys(models.within("Problem"))],
        problems=_by_status(chain.from_iterable(chain(*(each.problems.values() for each in operations)))),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads operations, given what they all refer to."""

    models: Models
    problems: Mapping[str, Problem]
    address: str

    def chapters(self, paths: Json, tags: Iterable[Json]) -> Iterator[Chapter]:
        found: dict[str, list[Operation]] = defaultdict(list)
        for path, methods in paths.items():
            for method, told in methods.items():
                for tag in told["tags"]:
                    found[tag].append(self.operation(method.upper(), path, told))
        for tag in tags:
            operations = found[tag["name"]]
            yield Chapter(tag["name"], tag["description"], operations, list(self.spoken_of(operations)))

    def spoken_of(self, operations: Sequence[Operation]) -> Iterator[Model]:
        """Every object that these operations take or give, each once: what comes back first."""
        back = self.names(answer.model for each in operations for answer in each.answers)
        sent = self.names(field.model for each in operations for field in each.body)
        for name in back | sent:
            yield _model(self.models, name, sent=name not in back)

    def names(self, models: Iterable[str | None]) -> dict[str, None]:
        return dict.fromkeys(chain.from_iterable(map(self.models.within, filter(None, models))))

    def operation(self, method: str, path: str, told: Json) -> Operation:
        media_type, schema = _content(told.get("requestBody", {}))
        body, parameters = self.models.fields(schema), told.get("parameters", ())
        return Operation(
            id=told["operationId"],
            method=method,
            path=path,
            summary=told["summary"],
            description=told.get("description", ""),
            scopes=terms.scopes(told["operationId"]),
            parameters=[self.parameter(each) for each in parameters],
            media_type=media_type,
            body=body,
            commands=list(self.commands(method, path, told)),
            answers=[self.answer(int(status), told["responses"][status]) for status in _good(told)],
            problems=_by_status(self.refusals(told, media_type, body)),
        )

    def parameter(self, each: Json) -> Field:
        name = _header(each["name"]) if each["in"] == "header" else each["name"]
        schema = never_null(self.models.plain(each["schema"])) | {"description": each.get("description", "")}
        return field(name, schema, each.get("required", False))

    def commands(self, method: str, path: str, told: Json) -> Iterator[str]:
        media_type, schema = _content(told.get("requestBody", {}))
        parameters = told.get("parameters", ())
        address = self.address + fill(path, dict(_examples(parameters, "path")))
        asked = urlencode(dict(_examples(parameters, "query")))
        for number, body in enumerate(self.models.examples(schema), 1):
            once = f"{told['operationId'].replace('_', '-')}-{number}"  # a key is for one thing, and never for another
            headers = {_header(name): once for name, _ in _examples(parameters, "header")}
            yield command(method, f"{address}?{asked}" if asked else address, headers, media_type, body)

    def answer(self, status: int, response: Json) -> Answer:
        _, schema = _content(response)
        return Answer(status, _meaning(status, response), model_of(schema), self.models.sample(schema))

    def refusals(self, told: Json, media_type: str, body: Sequence[Field]) -> Iterator[Problem]:
        """What is known of such an operation, as far as the document has the status."""
        names = [*(each["name"] for each in told.get("parameters", ())), *(each.name for each in body)]
        for slug in terms.slugs(told["operationId"], media_type, names):
            problem = self.problems.get(slug)
            if problem is not None and str(problem.status) in told["responses"]:
                yield problem


def _content(part: Json) -> tuple[str, Schema]:
    """The format of a body, and its schema."""
    for media_type, content in part.get("content", {}).items():
        return media_type, content["schema"]
    return "", {}


def _good(told: Json) -> list[str]:
    return sorted(status for status in told["responses"] if status < "400")


def _meaning(status: int, response: Json) -> str:
    """What the description says; the name of the status, where it is only what the framework says of every response."""
    said: str = response["description"]
    return HTTPStatus(status).phrase if said == "Successful Response" else said


def _header(name: str) -> str:
    return name.title()


def _examples(parameters: Sequence[Json], place: str) -> Iterator[tuple[str, str]]:
    for each in parameters:
        if each["in"] == place and each["schema"].get("examples"):
            yield each["name"], each["schema"]["examples"][0]


def _model(models: Models, name: str, *, sent: bool = False) -> Model:
    schema = models.schemas[name]
    return Model(name, schema.get("description", ""), models.fields(schema), sent)


def _by_status(problems: Iterable[Problem]) -> dict[int, list[Problem]]:
    """Problems under their statuses, each once."""
    found: dict[int, list[Problem]] = defaultdict(list)
    for problem in sorted(dict.fromkeys(problems), key=lambda problem: problem.status):
        found[problem.status].append(problem)
    return dict(found)
