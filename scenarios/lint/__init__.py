"""The linter: everything an author can get wrong in a scenario or playbook, found without playing it."""

from scenarios.lint.files import check_path, check_text
from scenarios.problem import Problem

__all__ = ["Problem", "check_path", "check_text"]
