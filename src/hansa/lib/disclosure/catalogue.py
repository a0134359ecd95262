"""What a rule says when it finds something; every rule with its reason in one sentence and its source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Say which rule a number touches, why, and what to do."""

    rule: str
    place: str
    message: str
    remedy: str
    blocks: bool = True


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Name a rule as findings do, and say why it is there, who says so, and which limit of a clause moves it."""

    name: str
    reason: str
    source: str
    limits: tuple[str, ...] = ()


RULES = (
    Rule(
        name="minimum cell",
        reason="A number about a few people is recognised by whoever knows one of them.",
        source="Brandt et al. 2010, section 3.1",
        limits=("minimum_cell",),
    ),
    Rule(
        name="own cell",
        reason="What masks hide is read where all others join, or where the lead invents people to make a group large.",
        source="DataSHIELD nfilter.tab, three at each site",
        limits=("own_cell",),
    ),
    Rule(
        name="minimum sites",
        reason="Of the total of two, each can subtract itself and read the other.",
        source="Bonawitz et al. 2017, section 3",
        limits=("minimum_sites",),
    ),
    Rule(
        name="dominance",
        reason="A sum of which one value, or two, are nearly all says that value to whoever knows the rest roughly.",
        source="Hundepool et al. 2012, section 4.2.2: the (1, 50 %), (2, k %) and p % rules; Hirschman 1964",
        limits=("largest_two", "closeness"),
    ),
    Rule(
        name="parameters",
        reason="A model with nearly as many parameters as people repeats what each of them has (a saturated fit).",
        source="Brandt et al. 2010, section 3.2; DataSHIELD nfilter.glm",
        limits=("parameter_share", "degrees_of_freedom"),
    ),
    Rule(
        name="thin column",
        reason="An indicator of a few people times a variable is their value, however it is shifted or scaled.",
        source="Huth et al. 2022; dsBase issue 250",
        limits=("minimum_cell",),
    ),
    Rule(
        name="influence",
        reason="A slope through a variable of which one person has nearly all the variation is that person's outcome.",
        source="Hoaglin and Welsch 1978",
        limits=("leverage",),
    ),
    Rule(
        name="leverage",
        reason="A fit goes through a row of high leverage and so repeats its outcome.",
        source="Hoaglin and Welsch 1978",
        limits=("leverage",),
    ),
    Rule(
        name="differencing",
        reason="Two results over people of whom all but a few are the same say, subtracted, what these few have.",
        source='Denning, Denning and Schwartz 1979, "The Tracker"; Denning 1982, chapter 6',
        limits=("minimum_cell",),
    ),
    Rule(
        name="moved group",
        reason="A level whose limit is moved from study to study finds any value by halves.",
        source='Denning, Denning and Schwartz 1979, "The Tracker"',
        limits=("minimum_cell", "own_cell"),
    ),
    Rule(
        name="budget",
        reason="Every answer says a little, and enough exact answers say everything.",
        source="Dinur and Nissim 2003",
        limits=("studies_per_person", "studies_per_institution", "budget_days"),
    ),
    Rule(
        name="suppression",
        reason="A cell that is left out of a table is computed from the totals unless others are left out beside it.",
        source='Gusfield 1988, "A Graph Theoretic Approach to Data Security"',
        limits=("minimum_cell",),
    ),
)
