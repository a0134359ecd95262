"""What nodes tell each other about studies and inquiries; importing it registers every kind of letter."""

from hansa.areas.studies.letters import inquiries, studies

__all__ = ["inquiries", "studies"]
