"""The description of the HTTP interface in the form of OpenAPI 3.1, made of the table of endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import models_json_schema

from findspot import __version__
from findspot.service.messages import Message, Request
from findspot.web.endpoints import ENDPOINTS, SHORT, Endpoint
from findspot.web.guard import PUBLIC
from findspot.web.messages import Failure

_TEMPLATE = "#/components/schemas/{model}"


def openapi() -> dict[str, Any]:
    """Return the description."""
    asked = {endpoint.request for endpoint in ENDPOINTS}
    given: set[type[Message]] = {endpoint.answer for endpoint in ENDPOINTS} | {Failure}
    models = sorted([*((one, "validation") for one in asked), *((one, "serialization") for one in given)], key=str)
    names, schema = models_json_schema(models, by_alias=False, ref_template=_TEMPLATE)  # type: ignore[arg-type]  # a Literal there
    schemas = schema["$defs"]
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        answer = names[endpoint.answer, "serialization"]
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, names, schemas, answer)
    for request in asked:
        if not any(one.method == "POST" and one.request is request for one in ENDPOINTS):
            schemas.pop(names[request, "validation"]["$ref"].rpartition("/")[2], None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Findspot",
            "version": __version__,
            "description": "Where in this code base is it? Answers of the server that `findspot serve` starts.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, names: Any, schemas: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    kind = "application/json" if endpoint.stream is None else "text/event-stream"
    failed = {"application/json": {"schema": {"$ref": _TEMPLATE.format(model=Failure.__name__)}}}
    made: dict[str, Any] = {
        "operationId": endpoint.path.strip("/").replace("/", "_"),
        "summary": endpoint.summary,
        "responses": {
            "200": {"description": str(endpoint.answer.__doc__), "content": {kind: {"schema": answer}}},
            "default": {"description": "Why there is no answer.", "content": failed},
        },
    }
    if endpoint.path in PUBLIC:
        made["security"] = []
    reference = names[endpoint.request, "validation"]
    if endpoint.method == "POST":
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    else:
        schema = schemas[reference["$ref"].rpartition("/")[2]]
        made["parameters"] = list(parameters(endpoint.request, schema)) if endpoint.path not in PUBLIC else []
    return made


def parameters(request: type[Request], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the parameters of an address; objects cannot be written there and are left out."""
    short = {name: letter for letter, name in SHORT.items()}
    for name, field in schema["properties"].items():
        if "$ref" in str(field):
            continue
        yield {
            "name": short.get(name, name),
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": request.model_fields[name].description,
            "schema": {key: value for key, value in field.items() if key not in {"title", "description"}},
        }
