"""Libraries as authors write them: loading, checking, drawing, testing."""

from mien.behavior.authoring.load import check, load, read
from mien.behavior.authoring.problems import LibraryError, Problem, Severity

__all__ = ["LibraryError", "Problem", "Severity", "check", "load", "read"]
