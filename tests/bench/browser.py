"""How long Chromium takes to show a stored journey of 1,000 events, next to a bare page of the same server.

Each load has a context of its own, with an empty cache. The two pages take turns, so that a noisy moment slows both.
"""

import json
import statistics
from typing import Any
from uuid import UUID

from tests.bench import load
from visitors.sandbox import documented

LOADS, WARM_UP_LOADS = 15, 3
PAGE_VIEWS, GOALS = 960, 40
VISITOR = "00000000-0000-4000-8000-0000000e1000"
VIEWPORT = {"width": 1280, "height": 800}
BARE, JOURNEY = "bare", "journey"
# The most that a figure of the journey may be, as a multiple of the bare page's.
TARGETS = {"first_paint": 2.5, "first_content": float("inf"), "parsed": 5.0}
LABELS = {"first_paint": "first paint", "first_content": "first content", "parsed": "DOMContentLoaded"}
# Milliseconds since the navigation began, once the first content has been painted.
READ = """() => new Promise((resolve) => new PerformanceObserver((list) => {
    if (!list.getEntriesByName("first-contentful-paint").length) return;
    const paint = (name) => performance.getEntriesByName(name)[0].startTime;
    const [navigation] = performance.getEntriesByType("navigation");
    resolve({
        first_paint: paint("first-paint"),
        first_content: paint("first-contentful-paint"),
        parsed: navigation.domContentLoadedEventEnd,
    });
}).observe({ type: "paint", buffered: true }))"""
# What Chromium's main thread did, in seconds.
THREAD = {"ScriptDuration": "script", "LayoutDuration": "layout", "RecalcStyleDuration": "style"}

Figures = dict[str, dict[str, float]]


def store_journey(scene: Any) -> str:
    """Store the newest 1,000 events of a long journey as a visitor's; return the path of their page."""
    from visitors.datafast.client import VisitorAnswer
    from visitors.datafast.parsing import parse_visitor
    from visitors.models import Website
    from visitors.profiles import store

    answer = scene.ask_sandbox("GET", f"/api/v1/visitors/{documented.TEN_THOUSAND.visitor_id}").json()
    activity = answer["data"]["activity"]
    activity["visitedPages"] = sorted(activity["visitedPages"], key=lambda one: one["timestamp"])[-PAGE_VIEWS:]
    activity["completedGoals"] = sorted(activity["completedGoals"], key=lambda one: one["timestamp"])[-GOALS:]
    activity["pageViewCount"] = PAGE_VIEWS
    for count in ("visitCount", "firstVisitAt", "timeSinceFirstVisit"):
        activity.pop(count, None)
    body = json.dumps(answer).encode()
    parsed = parse_visitor(body)
    prepared = store.prepare(VisitorAnswer(parsed.visitor, parsed.notes, body, None))
    assert prepared.contents.journey.counts.all >= PAGE_VIEWS + GOALS
    store.save_answer(Website.objects.get().pk, UUID(VISITOR), prepared, is_first=True)
    return f"/lumenkit/visitors/{VISITOR}/"


def measure(address: load.Address, cookies: dict[str, str], path: str) -> Figures:
    """Load both pages in turn; return the medians of their figures, in milliseconds."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS, CHROMIUM, NO_CHROMIUM

    if CHROMIUM is None:
        raise SystemExit(f"The browser's figures need Chromium, and {NO_CHROMIUM}.")
    origin = "http://{}:{}".format(*address)
    samples: dict[str, list[dict[str, float]]] = {BARE: [], JOURNEY: []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for number in range(WARM_UP_LOADS + LOADS):
            for name, one in ((BARE, "/bench/page"), (JOURNEY, path)):
                context = browser.new_context(base_url=origin, viewport=VIEWPORT)
                context.add_cookies([{"name": key, "value": value, "url": origin} for key, value in cookies.items()])
                sample = _load(context, one)
                context.close()
                if number >= WARM_UP_LOADS:
                    samples[name].append(sample)
        browser.close()
    return {
        name: {figure: statistics.median(sample[figure] for sample in taken) for figure in taken[0]}
        for name, taken in samples.items()
    }


def _load(context: Any, path: str) -> dict[str, float]:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable")
    answer = page.goto(path, wait_until="load")
    assert answer.status == 200, (path, answer.status)
    sample: dict[str, float] = page.evaluate(READ)
    metrics = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    return sample | {name: metrics[key] * 1000 for key, name in THREAD.items()}


def show(figures: Figures) -> None:
    """Print the table."""
    print(f"{'':20}{'bare ms':>10}{'journey ms':>12}{'ratio':>8}  target")
    bare, journey = figures[BARE], figures[JOURNEY]
    for figure, label in LABELS.items():
        ratio, most = journey[figure] / bare[figure], TARGETS[figure]
        target = (
            "" if most == float("inf") else f"{'ok' if ratio <= most else 'MISSED'}: {ratio:.3g} of {most:g} x bare"
        )
        print(f"{label:20}{bare[figure]:>10.1f}{journey[figure]:>12.1f}{ratio:>8.2f}  {target}")
    print("\nOf the journey's time until after `load`: ", end="")
    print(", ".join(f"{name} {journey[name]:.0f} ms" for name in THREAD.values()) + ".")
