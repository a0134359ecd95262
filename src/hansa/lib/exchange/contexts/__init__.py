"""The JSON-LD contexts that Hansa knows, as data; `SOURCES.md` says where they come from."""
