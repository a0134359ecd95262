from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from hansa.lib.ewp.proposals import content_id


@dataclass(frozen=True)
class Course:
    title: str
    credits: Decimal
    begins: date | None = None
    signed: datetime | None = None
    parts: tuple["Course", ...] = ()


COURSE = Course("Anatomy", Decimal(6), date(2026, 9, 1), datetime(2026, 5, 1, 12, tzinfo=UTC))


def test_content_id_is_the_same_for_the_same_content():
    same = Course(
        "Anatomy",
        Decimal("6.00"),
        date(2026, 9, 1),
        datetime(2026, 5, 1, 14, tzinfo=timezone(timedelta(hours=2))),
    )

    assert content_id(same) == content_id(COURSE)
    assert len(content_id(COURSE)) == 64


def test_content_id_changes_with_every_field():
    others = [
        Course("Anatomy ", COURSE.credits, COURSE.begins, COURSE.signed),
        Course("Anatomy", Decimal("6.5"), COURSE.begins, COURSE.signed),
        Course("Anatomy", COURSE.credits, date(2026, 9, 2), COURSE.signed),
        Course("Anatomy", COURSE.credits, COURSE.begins, None),
        Course("Anatomy", COURSE.credits, COURSE.begins, COURSE.signed, (COURSE,)),
        Course("Anatomy", COURSE.credits, COURSE.begins, COURSE.signed, (COURSE, COURSE)),
    ]

    assert len({content_id(other) for other in [COURSE, *others]}) == 7
