"""Holds a request and an answer against an OpenAPI 3.0 document, such as the one that Twilio publishes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker


class NotInTheContract(AssertionError):
    """The request or the answer is not what the published description allows; the message says where."""


_formats = FormatChecker(formats=())


@_formats.checks("phone-number")
def _is_phone_number(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"(whatsapp:)?\+[1-9]\d{1,14}|\d{3,8}", value))


@_formats.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or all(urlsplit(value)[:2])


class Contract:
    """One OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = _with_nullable(copy.deepcopy(dict(document)))

    @classmethod
    def load(cls, path: Path) -> Contract:
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def operation(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, str]]:
        """The operation at the path, and the path's parameters, checked. Raises NotInTheContract."""
        for template, item in self._document["paths"].items():
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
            found = re.fullmatch(pattern, path)
            if found and method.lower() in item:
                operation = item[method.lower()]
                parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
                for parameter in parameters:
                    if parameter["in"] == "path":
                        self._check(found[parameter["name"]], parameter["schema"], parameter["name"])
                return operation, found.groupdict()
        raise NotInTheContract(f"there is no operation {method} {path}")

    def check_form(self, operation: Mapping[str, Any], fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The form as typed values. Raises NotInTheContract for an unknown, ill-typed or missing field."""
        schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        form: dict[str, Any] = {}
        for name, text in fields:
            if name not in schema["properties"]:
                raise NotInTheContract(f"there is no field {name}")
            kind = self._resolved(schema["properties"][name])
            if kind.get("type") == "array":
                form.setdefault(name, []).append(_typed(text, kind["items"]))
            elif name in form:
                raise NotInTheContract(f"the field {name} is there twice")
            else:
                form[name] = _typed(text, kind)
        self._check(form, schema, "the form")
        return form

    def check_answer(self, operation: Mapping[str, Any], status: int, body: Any) -> None:
        """Raises NotInTheContract unless `body` is an answer that the operation may give."""
        schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
        self._check(body, schema, "the answer")

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        reference = schema.get("$ref")
        if not reference:
            return schema
        node: Any = self._document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        return dict(node)

    def _check(self, value: Any, schema: Mapping[str, Any], where: str) -> None:
        rooted = {**schema, "components": self._document["components"]}
        problems = list(Draft202012Validator(rooted, format_checker=_formats).iter_errors(value))
        if problems:
            at = "/".join(str(part) for part in problems[0].absolute_path)
            raise NotInTheContract(f"{where} {at}: {problems[0].message}")


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind in ("integer", "number"):
        try:
            return int(text) if kind == "integer" else float(text)
        except ValueError:
            return text
    return text


def _with_nullable(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` in JSON Schema's own words."""
    if isinstance(node, list):
        return [_with_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _with_nullable(value) for key, value in node.items()}
    if node.pop("nullable", False) is True and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    return node
