"""How a clause about joint studies is read, in the three languages of the interface."""

from collections.abc import Mapping
from types import MappingProxyType

from hansa.lib.terms import Words

WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "en": Words(
            actions={
                "studies.propose": "propose a study",
                "studies.approve": "approve a study",
                "studies.decline": "decline a study",
                "studies.withdraw": "withdraw from a study",
                "studies.contribute": "contribute sums to a study",
                "studies.release": "release a study's result",
            },
            limits={
                "minimum_cell": "At least {} people stand behind every number that is released.",
                "minimum_sites": "At least {} institutions contribute.",
                "time_grid_days": "Points in time are given no finer than {} days.",
                "release automatic": "A result that keeps all limits is released without a further decision.",
                "release steward": "A steward at each institution looks at every result before it is released.",
            },
        ),
        "de": Words(
            actions={
                "studies.propose": "eine Studie vorschlagen",
                "studies.approve": "einer Studie zustimmen",
                "studies.decline": "eine Studie ablehnen",
                "studies.withdraw": "sich aus einer Studie zurückziehen",
                "studies.contribute": "Summen zu einer Studie beitragen",
                "studies.release": "das Ergebnis einer Studie freigeben",
            },
            limits={
                "minimum_cell": "Hinter jeder freigegebenen Zahl stehen mindestens {} Menschen.",
                "minimum_sites": "Mindestens {} Einrichtungen tragen bei.",
                "time_grid_days": "Zeitpunkte werden nicht feiner als auf {} Tage angegeben.",
                "release automatic": "Ein Ergebnis, das alle Grenzen einhält, wird ohne weitere "
                "Entscheidung freigegeben.",
                "release steward": "In jeder Einrichtung prüft die für die Daten "
                "verantwortliche Person jedes Ergebnis.",
            },
        ),
        "sv": Words(
            actions={
                "studies.propose": "föreslå en studie",
                "studies.approve": "godkänna en studie",
                "studies.decline": "avböja en studie",
                "studies.withdraw": "dra sig ur en studie",
                "studies.contribute": "bidra med summor till en studie",
                "studies.release": "lämna ut en studies resultat",
            },
            limits={
                "minimum_cell": "Bakom varje tal som lämnas ut står minst {} personer.",
                "minimum_sites": "Minst {} institutioner bidrar.",
                "time_grid_days": "Tidpunkter anges inte finare än {} dagar.",
                "release automatic": "Ett resultat som håller alla gränser lämnas ut utan ytterligare beslut.",
                "release steward": "En dataansvarig person vid varje institution granskar varje "
                "resultat före utlämnande.",
            },
        ),
    }
)
