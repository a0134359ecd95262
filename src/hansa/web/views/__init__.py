"""The pages themselves, one module for each kind of question that people ask."""
