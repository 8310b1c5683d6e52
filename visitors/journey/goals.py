"""Merge the two lists of goals in DataFast's answer."""

from collections.abc import Hashable

from msgspec.structs import replace

from visitors.datafast.payload import Activity, CompletedGoal
from visitors.journey.timestamps import parse_timestamp


def merge_goals(activity: Activity) -> list[CompletedGoal]:
    """Return the goals of both lists, each once, in the order received, `completed_goals` first.

    Goals with the same name and time in both lists are one goal, with the fields of both. Equal goals within one list
    are different goals.
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
    """Return the goal with its missing fields filled from its twin."""
    fields = goal.__struct_fields__
    return replace(goal, **{name: getattr(twin, name) for name in fields if getattr(goal, name) is None})
