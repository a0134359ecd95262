from hansa.lib.cohorts.stages import Stages


def test_each_stage_is_a_temporary_table():
    stages = Stages("cdm", "study")

    name = stages.add("entry", "select 1 as one")

    assert (name, stages.number()) == ("study_entry", 1)
    assert stages.statements == ["create temporary table study_entry as select 1 as one"]
