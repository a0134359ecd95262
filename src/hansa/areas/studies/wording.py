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
                "studies.count": "ask and say how many people an institution has in a cohort",
            },
            limits={
                "minimum_cell": "At least {} people stand behind every number that is released.",
                "minimum_sites": "At least {} institutions contribute.",
                "time_grid_days": "Points in time are given no finer than {} days.",
                "release automatic": "A result that keeps all limits is released without a further decision.",
                "release steward": "A steward at each institution looks at every result before it is released.",
                "own_cell": "A group that an institution adds up has nobody or at least {} people there, even "
                "where sums are masked.",
                "largest_two": "The two largest values make up at most {} % of a sum.",
                "closeness": "Whoever knows the second largest value of a sum comes no closer to the largest than "
                "{} %.",
                "parameter_share": "A model has at most {} parameters for every 100 people.",
                "degrees_of_freedom": "A model leaves at least {} degrees of freedom.",
                "leverage": "No row has more than {} % of what a fit goes by.",
                "studies_per_person": "One person has at most {} studies answered on the same data for the same "
                "purpose.",
                "studies_per_institution": "The people of one institution together have at most {} "
                "studies answered on the same "
                "data for the same purpose.",
                "budget_days": "Studies count for {} days.",
                "counting automatic": "How many people an institution has in a cohort is said without "
                "a further decision.",
                "counting steward": "A steward decides whether to say how many people an institution has in a cohort.",
                "count_step": "Such numbers are blurred and rounded to {} people; fewer are not said.",
                "inquiries_per_week": "One person asks for such numbers at most {} times in a week.",
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
                "studies.count": "fragen und sagen, wie viele Menschen einer Einrichtung in einer Kohorte sind",
            },
            limits={
                "minimum_cell": "Hinter jeder freigegebenen Zahl stehen mindestens {} Menschen.",
                "minimum_sites": "Mindestens {} Einrichtungen tragen bei.",
                "time_grid_days": "Zeitpunkte werden nicht feiner als auf {} Tage angegeben.",
                "release automatic": "Ein Ergebnis, das alle Grenzen einhält, wird ohne weitere "
                "Entscheidung freigegeben.",
                "release steward": "In jeder Einrichtung prüft die für die Daten "
                "verantwortliche Person jedes Ergebnis.",
                "own_cell": "Zu einer Gruppe, die eine Einrichtung summiert, gehören dort niemand oder mindestens "
                "{} Menschen, auch bei maskierten Summen.",
                "largest_two": "Die zwei größten Werte machen höchstens {} % einer Summe aus.",
                "closeness": "Wer den zweitgrößten Wert einer Summe kennt, kommt dem größten nicht näher als {} %.",
                "parameter_share": "Ein Modell hat höchstens {} Parameter je 100 Menschen.",
                "degrees_of_freedom": "Ein Modell lässt mindestens {} Freiheitsgrade.",
                "leverage": "Keine Zeile hat mehr als {} % dessen, wonach sich ein Modell richtet.",
                "studies_per_person": "Eine Person bekommt höchstens {} Studien auf denselben Daten "
                "für denselben Zweck "
                "beantwortet.",
                "studies_per_institution": "Die Menschen einer Einrichtung bekommen zusammen "
                "höchstens {} Studien auf denselben "
                "Daten für denselben Zweck beantwortet.",
                "budget_days": "Studien zählen {} Tage lang.",
                "counting automatic": "Wie viele Menschen einer Einrichtung in einer Kohorte sind, wird gesagt, "
                "ohne dass jemand entscheidet.",
                "counting steward": "Eine für die Daten verantwortliche Person entscheidet, ob gesagt wird, wie viele "
                "Menschen einer Einrichtung in einer Kohorte sind.",
                "count_step": "Solche Zahlen werden verwischt und auf {} Menschen gerundet, weniger nicht gesagt.",
                "inquiries_per_week": "Eine Person fragt höchstens {} Mal in einer Woche nach solchen Zahlen.",
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
                "studies.count": "fråga och säga hur många personer en institution har i en kohort",
            },
            limits={
                "minimum_cell": "Bakom varje tal som lämnas ut står minst {} personer.",
                "minimum_sites": "Minst {} institutioner bidrar.",
                "time_grid_days": "Tidpunkter anges inte finare än {} dagar.",
                "release automatic": "Ett resultat som håller alla gränser lämnas ut utan ytterligare beslut.",
                "release steward": "En dataansvarig person vid varje institution granskar varje "
                "resultat före utlämnande.",
                "own_cell": "En grupp som en institution summerar har ingen eller minst {} personer där, även när "
                "summorna är maskerade.",
                "largest_two": "De två största värdena utgör högst {} % av en summa.",
                "closeness": "Den som känner det näst största värdet i en summa kommer inte närmare det största än "
                "{} %.",
                "parameter_share": "En modell har högst {} parametrar per 100 personer.",
                "degrees_of_freedom": "En modell lämnar minst {} frihetsgrader.",
                "leverage": "Ingen rad har mer än {} % av det som en anpassning rättar sig efter.",
                "studies_per_person": "En person får högst {} studier besvarade på samma data för samma ändamål.",
                "studies_per_institution": "Personerna vid en institution får tillsammans högst {} "
                "studier besvarade på samma "
                "data för samma ändamål.",
                "budget_days": "Studier räknas i {} dagar.",
                "counting automatic": "Hur många personer en institution har i en kohort sägs utan att någon beslutar.",
                "counting steward": "En dataansvarig person beslutar om det ska sägas hur många personer en "
                "institution har i en kohort.",
                "count_step": "Sådana tal suddas och avrundas till {} personer; färre sägs inte.",
                "inquiries_per_week": "En person frågar efter sådana tal högst {} gånger i veckan.",
            },
        ),
    }
)
