"""The two goal lists as one."""

from collections.abc import Hashable

from msgspec.structs import replace

from visitors.datafast.payload import Activity, CompletedGoal
from visitors.journey.timestamps import parse_timestamp


def merge_goals(activity: Activity) -> list[CompletedGoal]:
    """All goals of both editions' lists, each once, in the order received, `completed_goals` first.

    A goal of the same name at the same instant in both lists is one goal; what only one of them says about it is kept.
    Inside a list nothing is merged: the upstream lists two when there were two.
    """
    if not (activity.completed_goals and activity.completed_custom_goals):
        return list(activity.completed_goals or activity.completed_custom_goals or ())
    goals = list(activity.completed_goals)
    unmatched: dict[Hashable, list[int]] = {}
    for index, goal in enumerate(goals):
        unmatched.setdefault(_key(goal), []).append(index)
    for twin in activity.completed_custom_goals:
        if indexes := unmatched.get(_key(twin)):
            index = indexes.pop(0)
            goals[index] = _merged(goals[index], twin)
        else:
            goals.append(twin)
    return goals


def _key(goal: CompletedGoal) -> Hashable:
    return goal.name, parse_timestamp(goal.timestamp) or goal.timestamp


def _merged(goal: CompletedGoal, twin: CompletedGoal) -> CompletedGoal:
    """The goal with what only its twin says."""
    fields = goal.__struct_fields__
    return replace(goal, **{name: getattr(twin, name) for name in fields if getattr(goal, name) is None})
