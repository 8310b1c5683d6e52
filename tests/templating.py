"""The templates' environment in the test run: what a reader would see as an empty or an odd place fails here.

In the product a name that is not there is empty text, and a method that is not called is its representation. Here an
attribute that its object does not have raises UndefinedError, and so does a method without parentheses.
"""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, Undefined, UndefinedError, nodes
from jinja2.compiler import CodeGenerator, Frame

from visitors.web import templating


class StrictGenerator(CodeGenerator):
    """Sends every attribute that is read, and not called, through the environment's `read`."""

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> None:  # noqa: N802 Jinja2's name
        node.node.is_called = True
        super().visit_Call(node, *args, **kwargs)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        if getattr(node, "is_called", False):
            super().visit_Getattr(node, frame)
        else:
            self.write("environment.read(")
            super().visit_Getattr(node, frame)
            self.write(")")


class StrictEnvironment(Environment):
    """Raises for what a template asks for in vain."""

    code_generator_class = StrictGenerator

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The attribute, which the object has; None and a dict may do without."""
        value = super().getattr(obj, attribute)
        if isinstance(value, Undefined) and obj is not None and not isinstance(obj, Undefined | Mapping):
            raise UndefinedError(f"A {type(obj).__name__} has no {attribute}.")
        return value

    def read(self, value: Any) -> Any:
        """The value, which is none of those that want to be called."""
        if callable(value) and not isinstance(value, Undefined):
            raise UndefinedError(f"{value!r} is not called.")
        return value


def environment(**options: Any) -> Environment:
    """The product's environment, only stricter."""
    return templating.equipped(StrictEnvironment, Undefined, options)
