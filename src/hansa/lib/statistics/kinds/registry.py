"""Every kind of analysis that a study can ask for, by its name in a protocol."""

from collections.abc import Mapping
from typing import Any

from hansa.lib.statistics.analyses import Asked
from hansa.lib.statistics.kinds.calibration import CalibrationKind
from hansa.lib.statistics.kinds.cox import CoxKind
from hansa.lib.statistics.kinds.cumulative_incidence import CompetingKind
from hansa.lib.statistics.kinds.genomic import FrequencyKind, GwasKind
from hansa.lib.statistics.kinds.glm import GlmKind, MixedKind, PenalisedKind
from hansa.lib.statistics.kinds.incidence import IncidenceKind
from hansa.lib.statistics.kinds.kaplan_meier import KaplanMeierKind
from hansa.lib.statistics.kinds.kind import Kind
from hansa.lib.statistics.kinds.meta_analysis import MetaAnalysisKind
from hansa.lib.statistics.kinds.quantiles import QuantilesKind
from hansa.lib.statistics.kinds.table_one import TableOneKind
from hansa.lib.statistics.kinds.treatment_effect import EffectKind

_ALL: tuple[Kind[Any], ...] = (
    TableOneKind(),
    QuantilesKind(),
    KaplanMeierKind(),
    CompetingKind(),
    IncidenceKind(),
    GlmKind(),
    PenalisedKind(),
    MixedKind(),
    CoxKind(),
    MetaAnalysisKind(),
    CalibrationKind(),
    EffectKind(),
    FrequencyKind(),
    GwasKind(),
)


def name_of(analysis: type[Asked]) -> str:
    """Return the name of a kind of analysis in a protocol."""
    (name,) = analysis.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]  # it is a Literal
    return str(name)


KINDS: Mapping[str, Kind[Any]] = {name_of(kind.analysis): kind for kind in _ALL}
