from hansa.lib.cohorts.domains import DOMAINS
from hansa.lib.cohorts.values import READERS


def test_all_sixteen_domains_of_circe_are_known():
    assert len(DOMAINS) == 16
    assert all(attribute.kind in READERS for domain in DOMAINS.values() for attribute in domain.attributes.values())
