"""Takes the screenshots, and writes a page with all of them."""

import argparse
import os
import shutil
import tempfile
import time
from html import escape
from pathlib import Path
from typing import Any

from tests.processes import ROOT, environment, free_port, process

FOLDER = ROOT / ".state" / "screenshots"
HEIGHT = 900
# A long page is cut off.
MAX_HEIGHT = 2600
FRESH_SECONDS = 2


def cookies_of(name: str, origin: str) -> list[dict[str, Any]]:
    """Return the cookies of a signed-in user."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    return [{"name": key, "value": morsel.value, "url": origin} for key, morsel in client.cookies.items()]


def pictures(browser: Any, origin: str, scenes: list[Any], sandbox: Any) -> list[str]:
    """Take the screenshots; return their file names in order."""
    from tests.screenshots.scenes import STALE, THEMES
    from visitors.sandbox import documented

    names = []
    for scene in scenes:
        context = browser.new_context(base_url=origin)
        if scene.who:
            context.add_cookies(cookies_of(scene.who, origin))
        path = scene.path if isinstance(scene.path, str) else scene.path()
        page = context.new_page()
        for width in scene.widths:
            if scene is STALE:
                sandbox.answer_with(documented.RETURNING_LEAD.visitor_id, status=None)
                page.goto(path)
                sandbox.answer_with(documented.RETURNING_LEAD.visitor_id, status=500)
                time.sleep(FRESH_SECONDS + 0.5)
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.goto(path, wait_until="networkidle")
            scene.act(page)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, **(scene.look or {}))
                tall = page.evaluate("document.documentElement.scrollHeight")
                names.append(f"{scene.name}-{width:04d}-{theme}.png")
                page.screenshot(
                    path=FOLDER / names[-1],
                    full_page=True,
                    animations="disabled",
                    clip={"x": 0, "y": 0, "width": width, "height": min(tall, MAX_HEIGHT)},
                )
        context.close()
        print(f"{scene.name}: {len(scene.widths) * len(THEMES)}")
    return names


def sheet(names: list[str]) -> str:
    """Return a page with all screenshots."""
    figures = "\n".join(
        f'<figure><a href="{escape(name)}"><img src="{escape(name)}" alt="" loading="lazy"></a>'
        f"<figcaption>{escape(name.removesuffix('.png'))}</figcaption></figure>"
        for name in sorted(names)
    )
    style = (
        "body{display:flex;flex-wrap:wrap;gap:1rem;font:14px sans-serif;background:#888}"
        "figure{margin:0}img{height:26rem;object-fit:cover;object-position:top}"
    )
    return f'<!DOCTYPE html><meta charset="utf-8"><title>Screenshots</title><style>{style}</style>\n{figures}\n'


def main() -> None:
    """Fill the database, take the screenshots, and print their folder."""
    parser = argparse.ArgumentParser(prog="make screenshots")
    parser.add_argument("words", nargs="*", help="only scenes with one of these in their name")
    words = parser.parse_args().words
    with tempfile.TemporaryDirectory(prefix="journeydesk-screenshots-") as folder:
        # The server gets the sandbox's address below; this process never calls DataFast.
        # Only the demo's folder has the design page.
        demo_folder = Path(folder) / "demo"
        demo_folder.mkdir(mode=0o700)
        os.environ |= environment(demo_folder, "http://127.0.0.1:9/api/v1") | {
            "PROFILE_FRESH_SECONDS": str(FRESH_SECONDS),
            # Some pages show this number.
            "DATAFAST_REQUESTS_PER_MINUTE": "600",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from playwright.sync_api import sync_playwright

        from tests.browser.conftest import ARGUMENTS, CHROMIUM, NO_CHROMIUM
        from tests.screenshots.scenes import ACTS
        from visitors.sandbox.server import Sandbox

        if CHROMIUM is None:
            raise SystemExit(f"The screenshots need Chromium, and {NO_CHROMIUM}.")
        every = [scene.name for act in ACTS for scene in act.scenes]
        wanted = {name for name in every if not words or any(word in name for word in words)}
        if not wanted:
            raise SystemExit("There is no such scene. " + ", ".join(sorted(every)))
        if not words:
            shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        with Sandbox(requests_per_minute=None) as sandbox:
            variables = os.environ | {"DATAFAST_API_URL": sandbox.base_url}
            server = process(["manage.py", "serve", "--port", str(port)], f"{origin}/healthz", variables)
            with server, sync_playwright() as playwright:
                # Playwright runs an event loop in this thread, so Django takes every query here for one inside
                # asynchronous code. The server has an environment of its own.
                os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                names = []
                for act in ACTS:
                    act.set_stage()
                    scenes = [scene for scene in act.scenes if scene.name in wanted]
                    names += pictures(browser, origin, scenes, sandbox)
                browser.close()
    present = [path.name for path in FOLDER.glob("*.png")]
    (FOLDER / "index.html").write_text(sheet(present))
    print(f"{len(names)} screenshots: {(FOLDER / 'index.html').relative_to(ROOT)}")


if __name__ == "__main__":
    main()
