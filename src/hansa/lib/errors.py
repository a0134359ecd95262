"""Every error that Hansa raises on purpose, as one tree.

    HansaError
    ├── InvalidError        something given is not well formed
    ├── SignatureError      a signature, key or seal does not hold
    ├── ProofError          a ledger proof does not hold
    ├── DisclosureError     a number would say too much about too few
    ├── RefusedError        a role, a state or a clause does not allow it
    └── UnreachableError    a partner does not answer

An error is read by a person: the message says what is wrong and where, the remedy
says what to do next. Neither may carry personal data.
"""


class HansaError(Exception):
    """Say what is wrong and what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class InvalidError(HansaError):
    """Something given is not well formed."""


class SignatureError(HansaError):
    """A signature, a key or a seal does not hold."""


class ProofError(HansaError):
    """A ledger proof does not hold."""


class DisclosureError(HansaError):
    """A number would say too much about too few people."""


class RefusedError(HansaError):
    """A role, a state or a clause does not allow it."""


class UnreachableError(HansaError):
    """A partner does not answer."""
