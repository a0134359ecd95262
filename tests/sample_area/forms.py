"""The words of the forms of the area made for tests."""

LABELS = {"things.make.days": "Days at sea", "things.share": "Share of the cargo", "harbour": "Harbour"}
HELP = {"harbour": "Where the ferry lands."}
CHOICES = {"wind.calm": "no wind", "storm": "a storm"}
NAMES = {"ferries.landed": "Ferry landed"}
LONG = {"things.name", "harbour"}
SOURCES = {"things.make.reason"}
TONES = {"landed": "good"}
