"""Exchange as Django sees it."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Name the area's tables."""

    name = "hansa.areas.exchange"
    label = "exchange"
