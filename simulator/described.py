"""JSON Schemas for editors, in which every field says what it is for: the docstring under it in its class."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema


class Described(GenerateJsonSchema):
    """Writes a schema with descriptions: `Model.model_json_schema(schema_generator=Described)`."""

    def model_schema(self, schema: Any) -> dict[str, Any]:
        """Return the schema of a model, each property with what its class says of it."""
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        said = _docstrings(model)
        for name, info in model.model_fields.items():
            part = found.get("properties", {}).get(info.alias or name)
            if part is not None and name in said:
                part.setdefault("description", said[name])
        return found


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return what stands under each field of a model and of the models that it is made from."""
    said: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if not issubclass(one, BaseModel) or one is BaseModel:
            continue
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        under = list(body.body) if isinstance(body, ast.ClassDef) else []
        for field, text in pairwise(under):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(text):
                said[field.target.id] = " ".join(ast.literal_eval(text.value).split())  # type: ignore[attr-defined]
    return said


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
