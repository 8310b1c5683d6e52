"""What the journey page shows, as records of text that templates lay out.

Presenters know no HTTP request and no ORM; the current time and the time zone are arguments. They clean text from
DataFast; templates escape it.
"""

from visitors.journey_page.presenters.arrivals import Arrivals, present_arrivals
from visitors.journey_page.presenters.header import Age, Colleagues, Head, present_age, present_colleagues
from visitors.journey_page.presenters.page import JourneyPage, present_journey
from visitors.journey_page.presenters.problems import (
    Notice,
    Problem,
    present_notice,
    present_problem,
    seconds_until_retry,
)

__all__ = [
    "Age",
    "Arrivals",
    "Colleagues",
    "Head",
    "JourneyPage",
    "Notice",
    "Problem",
    "present_age",
    "present_arrivals",
    "present_colleagues",
    "present_journey",
    "present_notice",
    "present_problem",
    "seconds_until_retry",
]
