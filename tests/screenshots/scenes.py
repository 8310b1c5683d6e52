"""What there is to look at: each scene's address and what is done on its page before the picture is taken."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from visitors.sandbox import documented
from visitors.sandbox.documented import Documented

PHONE, TABLET, DESK, WIDE = 390, 820, 1280, 1680
WIDTHS = (PHONE, TABLET, DESK)
THEMES = ("light", "dark")


def _nothing(page: Page) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Scene:
    """A page in one state. `look` has what is emulated beside the theme: `media` or `forced_colors`."""

    name: str
    path: str
    act: Callable[[Page], None] = _nothing
    widths: tuple[int, ...] = WIDTHS
    look: dict[str, str] | None = None
    is_signed_in: bool = True


def address(visitor: Documented) -> str:
    """Where a visitor's journey is; Lumenkit's where the visitor is of no website."""
    slug = "pocketgarden" if visitor.website and visitor.website.domain.startswith("pocketgarden") else "lumenkit"
    return f"/{slug}/visitors/{visitor.visitor_id}/"


def _paste(text: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator("#pasted").fill(text)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    return act


def _open(name: str) -> Callable[[Page], None]:
    return lambda page: page.locator("summary", has_text=name).click()


SEVERAL = "\n".join(f"{one.name}: {one.visitor_id}" for one in documented.HEADLINES)
LEAD, CUSTOMER = address(documented.RETURNING_LEAD), address(documented.CUSTOMER)
NOT_FOUND = documented.named("not found")

# The one whose upstream fails when its kept copy is no longer fresh.
STALE = Scene("10-stale-after-a-failure", LEAD, lambda page: page.wait_for_selector("#notice .notice"))

STATES = (
    Scene("01-new-visitor", address(documented.ONE_PAGE)),
    Scene("02-returning-lead", LEAD, widths=(*WIDTHS, WIDE)),
    Scene("03-customer", CUSTOMER, widths=(*WIDTHS, WIDE)),
    Scene("04-40-visits", address(documented.FORTY_VISITS), widths=(*WIDTHS, WIDE)),
    Scene("05-10000-page-views", address(documented.TEN_THOUSAND), widths=(*WIDTHS, WIDE)),
    Scene("06-cut-off", address(documented.CUT_OFF_LIST)),
    Scene("07-app-user", address(documented.APP_USER)),
    Scene("08-several-scripts", address(documented.SCRIPTS)),
    Scene("09-low-confidence", address(documented.LOW_CONFIDENCE)),
    STALE,
    Scene("11-bot", address(documented.BOT)),
    Scene("12-not-found", address(NOT_FOUND)),
)
OTHERS = (
    Scene("20-look-up", "/", widths=(*WIDTHS, WIDE)),
    Scene("21-look-up-problem", "/", _paste("hello, who is this?")),
    Scene("22-look-up-several", "/", _paste(SEVERAL)),
    Scene("23-sign-in", "/sign-in/", is_signed_in=False),
    Scene("24-account", "/account/"),
    Scene("25-change-password", "/account/password/"),
    Scene("26-lost-password", "/reset/", is_signed_in=False),
    Scene("30-live", address(documented.LIVE)),
    Scene("31-hostile", address(documented.HOSTILE)),
    Scene("32-no-prediction", address(documented.NO_PREDICTION)),
    Scene("33-cookieless", address(documented.COOKIELESS)),
    Scene("34-old-events", address(documented.OLD_EVENTS)),
    Scene("35-edition-2025", address(documented.EDITION_2025)),
    Scene("40-nothing-matches", f"{LEAD}?q=zebra"),
    Scene("41-export-menu", LEAD, _open("Export")),
    Scene("42-keys", LEAD, lambda page: page.keyboard.press("?")),
    # As after 150 ms.
    Scene("45-awaited-journey", "/", lambda page: page.evaluate("showAwaited()")),
    Scene(
        "46-awaited-timeline",
        LEAD,
        lambda page: page.evaluate("document.querySelector('#timeline').classList.add('is-slow')"),
    ),
    Scene("50-print", LEAD, widths=(TABLET,), look={"media": "print"}),
    Scene("51-forced-colors", CUSTOMER, widths=(DESK,), look={"forced_colors": "active"}),
)
# What fails stands at the end: it is remembered for a while, and the others are not to feel it.
FAILING = (
    STALE,
    Scene("43-key-refused", address(documented.named("unauthorized"))),
    Scene("44-limit", address(documented.named("rate limited"))),
)
SCENES = (*(one for one in STATES if one is not STALE), *OTHERS, *FAILING)
