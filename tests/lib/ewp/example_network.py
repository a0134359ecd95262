"""Keys and a clock for tests of the network; a key pair is made once for each process."""

from datetime import UTC, datetime
from functools import cache

from hansa.lib.ewp.rsa_keys import RsaKeyPair

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
REQUEST_ID = "dc05b425-4e86-4106-8dde-1257fccf53e5"


@cache
def pair(number: int = 0) -> RsaKeyPair:
    return RsaKeyPair.generate(2048)
