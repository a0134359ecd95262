from hansa.lib.cohorts.expression import Demographic, Group


def test_group_counts_its_parts():
    assert Group("ALL", demographics=(Demographic(()),), groups=(Group("ANY"),)).parts == 2
