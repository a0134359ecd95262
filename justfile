# The one door to the developers' commands. `check` changes nothing, `fix` does.

# Show this list.
default:
    @just --list --unsorted

# Install everything a developer needs into the present Python environment.
devenv:
    python -m pip install -e ".[test]"

# Run the tests and hold lib, kernel and areas to full branch coverage.
test *args:
    python -m pytest -n auto --dist worksteal --cov {{args}}

# Run the tests with the slow ones; what a missing program would skip, fails.
test-all *args:
    HANSA_TEST_ALL=1 just test {{args}}

# Run some tests quickly: just try tests/kernel/test_people.py
try *args:
    python -m pytest -q --no-header {{args}}

# Lint, format, types and layers, without changing anything.
check:
    python -m ruff check .
    python -m ruff format --check .
    python -m mypy
    lint-imports

# Mend what a program can mend.
fix:
    python -m ruff check --fix .
    python -m ruff format .

# Three hospitals on this machine, from signing to the joint result.
demo *args:
    python -m hansa.cli demo {{args}}

# Collect the sentences to translate, and compile the translations.
messages:
    python -m hansa.web.translations

# Write the reference anew from the code.
reference:
    python -m docs.generate

# Write the migrations that the models ask for.
migrations:
    python -m django makemigrations

export DJANGO_SETTINGS_MODULE := "hansa.node.settings"
