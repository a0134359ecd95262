"""The parts of what people fill in row by row: plans, transcripts, recognition, agreements of the network."""

from django.utils.translation import gettext_lazy as _

from hansa.kernel.pages import Part
from hansa.lib.ewp.iia import Kind
from hansa.lib.exchange import plans, recognition

CODE, TITLE, CREDITS = Part("code", _("Code")), Part("title", _("Title")), Part("credits", _("ECTS credits"))
DEPARTMENT, HOURS = Part("department", _("Department or ward")), Part("hours", _("Hours"), "whole")

COMPONENTS = (
    Part("form", _("Course or rotation"), choices=((plans.COURSE, _("course")), (plans.ROTATION, _("rotation")))),
    TITLE,
    CODE,
    CREDITS,
    Part("term", _("Term")),
    DEPARTMENT,
    Part("supervisor", _("Supervisor")),
    Part("first", _("First day"), "day"),
    Part("last", _("Last day"), "day"),
    HOURS,
    Part("goals", _("Goals")),
)
HOME = (CODE, TITLE, CREDITS)
COURSES = (
    CODE,
    TITLE,
    Part("credits", _("ECTS credits"), is_kept=True),
    Part("grade", _("Grade"), is_kept=True),
    Part("passed", _("passed"), "yes"),
    Part("field", _("Field of education (ISCED-F, four digits)")),
    DEPARTMENT,
    HOURS,
    Part("days", _("Days"), "whole"),
    Part("assessment", _("Assessment")),
)
SCALE = (Part("grade", _("Grade")), Part("count", _("How many had it"), "whole"), Part("passed", _("passes"), "yes"))
DECISIONS = (
    Part("course", _("Code of the course")),
    Part(
        "decision",
        _("Decision"),
        choices=(
            (recognition.FULL, _("counts in full")),
            (recognition.PARTLY, _("counts in part")),
            (recognition.NOT, _("does not count")),
        ),
    ),
    CREDITS,
    Part("home", _("Course at home")),
    Part("grade", _("Grade")),
    Part("rule", _("How the grade was found")),
    Part("reason", _("Reason")),
)
KINDS = {
    Kind.STUDENT_STUDIES: _("students, studies"),
    Kind.STUDENT_TRAINEESHIP: _("students, traineeships"),
    Kind.STAFF_TEACHER: _("staff, teaching"),
    Kind.STAFF_TRAINING: _("staff, training"),
}
CONDITIONS = (
    Part("kind", _("Kind of stay"), choices=tuple((kind.value, words) for kind, words in KINDS.items())),
    Part("direction", _("Direction"), choices=(("out", _("we send")), ("in", _("we receive")))),
    Part("first_year", _("First academic year")),
    Part("last_year", _("Last academic year")),
    Part("places", _("Places a year"), "whole"),
    Part("total", _("Months or days a year, all together"), "number"),
    Part("fields", _("Fields of education (ISCED-F)"), "list"),
    Part("eqf", _("Levels of the EQF"), "wholes"),
    Part("languages", _("Languages with their level"), "levels"),
    Part("blended", _("blended stays are possible"), "yes"),
    Part("sending_unit", _("Unit that sends")),
    Part("receiving_unit", _("Unit that receives")),
    Part("terms", _("Other terms")),
)
ROWS = {
    "plans.components": COMPONENTS,
    "plans.home": HOME,
    "mobilities.courses": COURSES,
    "mobilities.scale": SCALE,
    "mobilities.decisions": DECISIONS,
    "iias.conditions": CONDITIONS,
}
