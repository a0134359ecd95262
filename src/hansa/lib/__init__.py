"""Everything that needs neither Django, nor a network, nor a database, nor a clock."""
