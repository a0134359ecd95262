"""The kernel as Django sees it."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Load the kernel, its actions and letters, and every area."""

    name = "hansa.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Register what the kernel and the areas can do."""
        from hansa.kernel import accounts, agreements, partners, reading, recall, rotation, tokens  # noqa: F401, PLC0415 -- app ready: models must be loaded first
        from hansa.kernel.areas import all_areas  # noqa: PLC0415 -- app ready: models must be loaded first

        all_areas()
