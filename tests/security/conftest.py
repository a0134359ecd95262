"""What the attacks find: the node, the partner on paper and the memorandum of the kernel's tests."""

from tests.kernel.conftest import bound, kinds, scene

__all__ = ["bound", "kinds", "scene"]
