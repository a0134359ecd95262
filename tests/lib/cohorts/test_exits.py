from tests.lib.cohorts.cdm import CONDITION, expression, spans

DRUG = {"DrugExposure": {"CodesetId": 2}}


def eras(**more):
    return {"CustomEra": {"DrugCodesetId": 2, "GapDays": 5, "Offset": 0} | more}


def test_cohort_ends_with_observation():
    assert spans(expression(CONDITION)) == [(1, "2001-01-01", "2010-12-31"), (2, "2006-01-01", "2010-12-31")]


def test_cohort_ends_days_after_the_event():
    ends = {"DateOffset": {"DateField": "EndDate", "Offset": 3}}

    assert spans(expression(CONDITION, EndStrategy=ends))[:2] == [
        (1, "2001-01-01", "2001-01-05"),
        (1, "2002-01-01", "2002-01-13"),
    ]


def test_cohort_ends_with_exposure():
    assert spans(expression(DRUG, EndStrategy=eras())) == [(1, "2001-01-01", "2001-01-25")]
    assert spans(expression(DRUG, EndStrategy=eras(GapDays=0, DaysSupplyOverride=1))) == [
        (1, "2001-01-01", "2001-01-02"),
        (1, "2001-01-15", "2001-01-16"),
    ]


def test_cohort_ends_with_what_censors():
    censored = expression(CONDITION, CensoringCriteria=[{"Death": {}}, {"Measurement": {}}])

    assert spans(censored) == [
        (1, "2001-01-01", "2001-01-02"),
        (1, "2002-01-01", "2010-12-31"),
        (2, "2006-01-01", "2006-02-01"),
    ]


def test_periods_that_touch_within_the_pad_become_one():
    ends = {"DateOffset": {"DateField": "StartDate", "Offset": 0}}
    settings = {"CollapseType": "ERA", "EraPad": 365}

    found = spans(expression(CONDITION, EndStrategy=ends, CollapseSettings=settings))

    assert found == [(1, "2001-01-01", "2002-01-01"), (2, "2006-01-01", "2006-01-01")]


def test_censor_window_cuts_periods():
    window = {"StartDate": "2001-06-01", "EndDate": "2005-06-01"}

    assert spans(expression(CONDITION, CensorWindow=window)) == [(1, "2001-06-01", "2005-06-01")]
