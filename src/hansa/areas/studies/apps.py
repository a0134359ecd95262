"""Joint studies as Django sees them."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    """Name the area's tables."""

    name = "hansa.areas.studies"
    label = "studies"
