"""Every kind of analysis that is told and shown, by its name in a protocol."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from hansa.web.kinds.calibration import CALIBRATION
from hansa.web.kinds.cumulative_incidence import CUMULATIVE_INCIDENCE
from hansa.web.kinds.genomic import ALLELE_FREQUENCIES, GWAS
from hansa.web.kinds.incidence import INCIDENCE
from hansa.web.kinds.kaplan_meier import KAPLAN_MEIER
from hansa.web.kinds.meta_analysis import META_ANALYSIS
from hansa.web.kinds.mixed_model import MIXED_MODEL
from hansa.web.kinds.models import COX, GLM
from hansa.web.kinds.penalised import PENALISED
from hansa.web.kinds.quantiles import QUANTILES
from hansa.web.kinds.shown import Shown
from hansa.web.kinds.table_one import TABLE_ONE
from hansa.web.kinds.treatment_effect import TREATMENT_EFFECT

KINDS: Mapping[str, Shown] = {
    "table_one": TABLE_ONE,
    "quantiles": QUANTILES,
    "kaplan_meier": KAPLAN_MEIER,
    "cumulative_incidence": CUMULATIVE_INCIDENCE,
    "incidence": INCIDENCE,
    "glm": GLM,
    "cox": COX,
    "penalised": PENALISED,
    "mixed_model": MIXED_MODEL,
    "meta_analysis": META_ANALYSIS,
    "calibration": CALIBRATION,
    "treatment_effect": TREATMENT_EFFECT,
    "allele_frequencies": ALLELE_FREQUENCIES,
    "gwas": GWAS,
}


def of(analysis: Mapping[str, Any]) -> Shown:
    """Return how an analysis is shown; one of a later version of Hansa by its kind alone."""
    kind = str(analysis["kind"])
    if kind in KINDS:
        return KINDS[kind]
    told = _("An analysis of kind {kind}.").format(kind=kind)
    return Shown(
        name=kind,
        asked=lambda _analysis: "",
        methods=lambda _analysis: iter((told,)),
        tables=lambda _analysis, _labels: iter(()),
    )
