"""The scenes: each has an address and what is done on its page before the screenshot."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.screenshots import cast
from visitors.sandbox import documented, tokens
from visitors.sandbox.documented import Documented

PHONE, TABLET, DESK, WIDE = 390, 820, 1280, 1680
WIDTHS = (PHONE, TABLET, DESK)
THEMES = ("light", "dark")


def _nothing(page: Page) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Scene:
    """A page in one state.

    `look` is emulated in addition to the theme: `media` or `forced_colors`. `who` is the signed-in user, or "". A path
    that depends on the database is a function.
    """

    name: str
    path: str | Callable[[], str]
    act: Callable[[Page], None] = _nothing
    widths: tuple[int, ...] = WIDTHS
    look: dict[str, str] | None = None
    who: str = cast.MEMBER


def address(visitor: Documented) -> str:
    """Return the path of a visitor's journey, on Lumenkit for an id without a website."""
    slug = "pocketgarden" if visitor.website and visitor.website.domain.startswith("pocketgarden") else "lumenkit"
    return f"/{slug}/visitors/{visitor.visitor_id}/"


def _paste(text: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator("#pasted").fill(text)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    return act


def _type_token(token: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.get_by_label("Key or token").fill(token)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    return act


def _press(button: str, **typed: str) -> Callable[[Page], None]:
    """Fill in fields by name, and press a button."""

    def act(page: Page) -> None:
        for name, text in typed.items():
            page.locator(f"input[name={name}]").fill(text)
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).click()

    return act


def _open(name: str) -> Callable[[Page], None]:
    return lambda page: page.locator("summary", has_text=name).click()


def _allow_panel(page: Page) -> None:
    """Let the demo's help desk frame the panel, and store a visitor for its first conversation."""
    back = page.url
    page.goto(LEAD)
    page.goto(back)
    page.get_by_label("Allowed origins").fill(page.evaluate("location.origin"))
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()


def _open_conversation(number: int, until: str, *, pairs: bool = True, fails: bool = False) -> Callable[[Page], None]:
    """Open a conversation of the demo's help desk, and wait until the panel shows this."""

    def act(page: Page) -> None:
        panel = page.frame_locator("#panel-frame")
        if fails:
            page.route("**/panel/lumenkit/visitor/", lambda route: route.abort())
        page.locator("[data-conversation]").nth(number).click()
        if pairs:
            _pair(page)
        panel.locator(until).filter(visible=True).first.wait_for()

    return act


def _pair(page: Page) -> None:
    """Connect the panel, unless it is already."""
    panel = page.frame_locator("#panel-frame")
    panel.locator("#pair, #shown, #again").filter(visible=True).first.wait_for()
    if not panel.locator("#pair").is_visible():
        return
    panel.locator("#pair").click()
    code = panel.locator("#code").filter(has_text="-").inner_text()
    tab = page.context.new_page()
    tab.goto("/panel/")
    tab.get_by_label("Code in the panel").fill(code)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Connect").click()
    tab.close()


SEVERAL = "\n".join(f"{one.name}: {one.visitor_id}" for one in documented.HEADLINES)
LEAD, CUSTOMER = address(documented.RETURNING_LEAD), address(documented.CUSTOMER)
NOT_FOUND = documented.named("not found")

# DataFast fails once the stored profile is no longer fresh.
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
    Scene("21-look-up-problem", "/", _paste("Nothing in this message names a visitor. " * 5)),
    Scene("22-look-up-several", "/", _paste(SEVERAL)),
    Scene("23-sign-in", "/sign-in/", who=""),
    Scene("24-account", "/account/"),
    Scene("25-change-password", "/account/password/"),
    Scene("25-tokens", "/account/tokens/"),
    Scene("25-api", "/api/"),
    Scene("26-lost-password", "/reset/", who=""),
    Scene("30-live", address(documented.LIVE)),
    Scene("31-hostile", address(documented.HOSTILE)),
    Scene("32-no-prediction", address(documented.NO_PREDICTION)),
    Scene("33-cookieless", address(documented.COOKIELESS)),
    Scene("34-old-events", address(documented.OLD_EVENTS)),
    Scene("35-edition-2025", address(documented.EDITION_2025)),
    Scene("36-ticket-between-visits", f"{CUSTOMER}?at=yesterday+16:40"),
    Scene("40-nothing-matches", f"{LEAD}?q=zebra"),
    Scene("41-export-menu", LEAD, _open("Export")),
    Scene("42-keys", LEAD, lambda page: page.keyboard.press("?")),
    # The state after 150 ms.
    Scene("45-awaited-journey", "/", lambda page: page.evaluate("showSkeleton()")),
    Scene(
        "46-awaited-timeline",
        LEAD,
        lambda page: page.evaluate("document.querySelector('#timeline').classList.add('is-slow')"),
    ),
    Scene("47-design", "/design/"),
    Scene("47-help", "/help/"),
    Scene("48-visitors", "/lumenkit/visitors/?period=90"),
    Scene("48-visitors-none", "/lumenkit/visitors/?city=Nowhere&utm_term=x"),
    Scene("48-live", "/lumenkit/visitors/now/"),
    Scene("48-people", "/search/?q=a"),
    Scene("48-people-none", "/search/?q=zebra"),
    Scene("48-people-typing", "/", lambda page: page.locator("#pasted").press_sequentially("ra")),
    Scene("48-nowhere", "/visitors/0e5c0000-0000-4000-8000-00000000000f/"),
    Scene("48-leads", "/lumenkit/visitors/leads/"),
    Scene(
        "48-leads-views",
        "/lumenkit/visitors/leads/?sort=value",
        lambda page: page.locator("summary", has_text="Save this view").click(),
        widths=(PHONE, DESK),
    ),
    Scene("48-alerts-none", "/alerts/", widths=(PHONE, DESK)),
    Scene("48-team", LEAD, lambda page: page.locator("#edit-team").click()),
    Scene("48-visitors-problem", "/lumenkit/visitors/?goal=trial_started&customer=true", widths=(PHONE, DESK)),
    Scene("50-print", LEAD, widths=(TABLET,), look={"media": "print"}),
    Scene("51-forced-colors", CUSTOMER, widths=(DESK,), look={"forced_colors": "active"}),
)
LUMENKIT = "/websites/lumenkit/"
DESK_PAGE = "/demo/desk/"
ADMIN = {"who": cast.ADMIN}
# Scenes that differ little from their neighbors have two widths only.
BRIEF = {"widths": (PHONE, DESK), "who": cast.ADMIN}
# A user name that is taken.
TAKEN = {
    "first_name": "Tomasz",
    "username": "ana",
    "password1": "ships and 12 lighthouses",
    "password2": "ships and 12 lighthouse",
}
# A whole team, and websites in every state.
MANAGING = (
    Scene("60-websites", "/websites/", **ADMIN),
    Scene("61-add-website", "/websites/add/", **ADMIN),
    Scene("61-add-website-refused", "/websites/add/", _type_token(tokens.REVOKED_TOKEN), **BRIEF),
    Scene("62-add-website-details", "/websites/add/", _type_token(tokens.POCKETGARDEN_KEY), **BRIEF),
    Scene("63-add-from-account-all-here", "/websites/add/", _type_token(tokens.ACCOUNT_TOKEN), **BRIEF),
    Scene("64-website", LUMENKIT, **ADMIN),
    Scene("64-website-key-refused", f"/websites/{cast.REFUSED}/", **BRIEF),
    Scene("64-website-paused", f"/websites/{cast.PAUSED}/", **BRIEF),
    Scene("64-website-failing", f"/websites/{cast.FAILING}/", **BRIEF),
    Scene("65-website-key", f"{LUMENKIT}key/", **BRIEF),
    Scene("65-website-key-problem", f"{LUMENKIT}key/", _press("Test and replace", token="df_tooshort"), **BRIEF),
    Scene("66-website-remove", f"{LUMENKIT}remove/", **BRIEF),
    Scene("66-website-remove-problem", f"{LUMENKIT}remove/", _press("Remove Lumenkit", typed="lumen"), **BRIEF),
    Scene("67-colleagues", f"{LUMENKIT}people/", **ADMIN),
    Scene("67-colleagues-menu", f"{LUMENKIT}people/", _open("Ana Lima"), **BRIEF),
    Scene(
        "67-colleagues-fresh-link",
        f"{LUMENKIT}people/",
        _press("Add member", name_or_email="kenji@example.com"),
        **ADMIN,
    ),
    Scene("67-colleagues-none", f"/websites/{cast.PAUSED}/people/", **BRIEF),
    Scene("67-colleague-remove", lambda: cast.removal_of("ana", "lumenkit"), **BRIEF),
    Scene("67-links", f"{LUMENKIT}links/", **ADMIN),
    Scene("67-links-problem", f"{LUMENKIT}links/", _press("Save links", **{"links-2-template": "stripe.com"}), **BRIEF),
    Scene("67-names", f"{LUMENKIT}names/", **ADMIN),
    Scene("67-names-on-a-journey", LEAD, **BRIEF),
    Scene("67-tags", f"{LUMENKIT}tags/", **BRIEF),
    Scene("67-integrations", f"{LUMENKIT}integrations/", **ADMIN),
    Scene("67-integrations-intercom", f"{LUMENKIT}integrations/intercom/", **BRIEF),
    Scene("67-integrations-snippets", f"{LUMENKIT}integrations/snippets/", **ADMIN),
    Scene("67-integrations-secret", f"{LUMENKIT}integrations/freescout/", _press("Create a secret"), **BRIEF),
    Scene("67-integrations-slack", f"{LUMENKIT}integrations/slack/", **BRIEF),
    Scene("67-integrations-panel", f"{LUMENKIT}integrations/panel/", _allow_panel, **BRIEF),
    # In a help desk, where it is 360 pixels wide on a phone.
    Scene("67-panel-unpaired", DESK_PAGE, _open_conversation(0, "#pair", pairs=False), **BRIEF),
    Scene("67-panel", DESK_PAGE, _open_conversation(0, ".panel-who"), **BRIEF),
    Scene("67-panel-not-found", DESK_PAGE, _open_conversation(-1, ".panel-state h2"), **BRIEF),
    Scene("67-panel-failed", DESK_PAGE, _open_conversation(0, "#again", fails=True), **BRIEF),
    Scene("67-panel-code", "/panel/", _press("Connect", code="AAAA-BBBB"), **BRIEF),
    Scene("67-integrations-webhook", f"{LUMENKIT}webhook/", **ADMIN),
    Scene("68-audit-log", f"{LUMENKIT}audit-log/", **ADMIN),
    Scene("68-audit-log-empty", f"/websites/{cast.PAUSED}/audit-log/", **BRIEF),
    Scene("68-audit-log-filtered", f"{LUMENKIT}audit-log/?person=jonas&action=csv", **ADMIN),
    Scene("68-audit-log-erased", f"{LUMENKIT}audit-log/?visitor={cast.ERASED}", **BRIEF),
    Scene("68-audit-log-no-match", f"{LUMENKIT}audit-log/?person=unknown", **BRIEF),
    Scene("68-audit-log-problem", f"{LUMENKIT}audit-log/?first=2026-02-03&last=2026-01-01&visitor=hello", **BRIEF),
    Scene("70-accounts", "/people/", **ADMIN),
    Scene("70-accounts-fresh-link", "/people/", _press("Add administrator", name_or_email="ida@example.com"), **BRIEF),
    Scene("70-tokens-created", "/account/tokens/", _press("Create token", name="Nightly report"), **BRIEF),
    Scene("70-tokens-of-all", "/tokens/", **BRIEF),
    Scene("71-account", lambda: cast.account_of("jonas"), **ADMIN),
    Scene("71-account-reset-link", lambda: cast.account_of("jonas"), _press("Create reset link"), **BRIEF),
    Scene("71-account-of-mine", lambda: cast.account_of(cast.ADMIN), **BRIEF),
    Scene("71-account-switched-off", lambda: cast.account_of("petra"), **BRIEF),
    Scene("71-account-delete", lambda: f"{cast.account_of('jonas')}delete/", **BRIEF),
    Scene("72-invitation", lambda: cast.invitation_of(cast.INVITED), who=""),
    Scene(
        "72-invitation-problem",
        lambda: cast.invitation_of(cast.INVITED),
        _press("Join", **TAKEN),
        widths=(PHONE, DESK),
        who="",
    ),
    Scene("72-invitation-signed-in", lambda: cast.invitation_of("jonas"), widths=(PHONE, DESK), who="jonas"),
    Scene("72-invitation-used", lambda: cast.invitation_of(cast.JOINED), widths=(PHONE, DESK), who=""),
    Scene("72-invitation-ended", lambda: cast.invitation_of(cast.LATE), widths=(PHONE, DESK), who=""),
    Scene("72-invitation-cut-off", "/invitations/5d41402abc4b2a76.Qk/", widths=(PHONE, DESK), who=""),
    Scene("73-erase", f"{CUSTOMER}erase/", **ADMIN),
    Scene("73-erase-problem", f"{CUSTOMER}erase/", _press("Erase visitor", typed="0003"), **BRIEF),
    Scene("74-journey-of-an-admin", CUSTOMER, **ADMIN),
    Scene("74-journey-with-12-hours", CUSTOMER, who="jonas"),
    Scene("74-menu-of-an-admin", CUSTOMER, _open("Ada"), **BRIEF),
)
# Failures come last, because they are remembered for a while.
FAILING = (
    STALE,
    Scene("43-key-refused", address(documented.named("unauthorized"))),
    Scene("44-limit", address(documented.named("rate limited"))),
)
# Without websites.
FIRST_DAY = (
    Scene("80-checklist", "/", **BRIEF),
    Scene("80-no-website", "/websites/", **BRIEF),
    Scene("80-first-website", "/websites/add/", **BRIEF),
    Scene("81-add-from-account", "/websites/add/", _type_token(tokens.ACCOUNT_TOKEN), **ADMIN),
)


@dataclass(frozen=True, slots=True)
class Act:
    """Scenes with the same database, which `set_stage` fills."""

    scenes: tuple[Scene, ...]
    set_stage: Callable[[], None]


ACTS = (
    Act((*(one for one in STATES if one is not STALE), *OTHERS), cast.one_member),
    Act((*MANAGING, *FAILING), cast.whole_team),
    Act(FIRST_DAY, cast.no_website),
)
