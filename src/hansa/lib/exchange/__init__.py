"""The rules of exchange: places, ranking, plans, requirements, grades, recognition, credentials."""
