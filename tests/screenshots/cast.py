"""The data of the screenshots: users, websites, invitations, audit log."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from visitors.sandbox import documented, tokens, websites

MEMBER, ADMIN = "mina", "ada"
REFUSED, PAUSED, FAILING = "nordlicht", "harbour-books", "tidewater-yoga"
INVITED, JOINED, LATE = "tomasz@example.com", "ana@example.com", "noor@example.com"
ERASED = UUID("f0290000-0000-4000-8000-000000000099")
# User name, name, hours since the last sign-in (None: never), roles on Lumenkit and on Pocket Garden ("": none).
_COLLEAGUES = (
    ("ana", "Ana Lima", 2, "admin", "viewer"),
    ("jonas", "Jonas Bergström", 26, "member", ""),
    ("wilhelmina", "Wilhelmina Featherstonehaugh-Vandenberghe", 80, "viewer", "member"),
    ("petra", "Petra Novák", 1900, "member", ""),
    ("lee", "", None, "viewer", ""),
)
_ENTRIES = 140
# Numbers of the audit entries about the customer, and their users.
_OF_CUSTOMER = {3: "ana", 9: "jonas"}


def one_member() -> None:
    """Create two websites and a member of both."""
    from django.contrib.auth import get_user_model

    from tests.conftest import new_website
    from visitors.models import Membership

    user = get_user_model().objects.create_user(MEMBER)
    for source, slug, token in (
        (websites.LUMENKIT, "lumenkit", tokens.LUMENKIT_KEY),
        (websites.POCKETGARDEN, "pocketgarden", tokens.ACCOUNT_TOKEN),
    ):
        Membership.objects.create(website=new_website(source, slug, token), user=user)


def whole_team() -> None:
    """Create an administrator, colleagues, invitations, more websites, and an audit log."""
    from django.contrib.auth import get_user_model

    from visitors.models import Membership, Preferences, Website

    users, now = get_user_model().objects, datetime.now(UTC)
    ada = users.create_superuser(ADMIN, "ada@example.com", first_name="Ada", last_name="Okafor")
    lumenkit, pocketgarden = Website.objects.get(slug="lumenkit"), Website.objects.get(slug="pocketgarden")
    Membership.objects.create(website=lumenkit, user=ada, role="admin")
    for name, whole, hours, *roles in _COLLEAGUES:
        user = users.create_user(
            name, f"{name}@example.com" if whole else "", first_name=whole, is_active=name != "petra"
        )
        user.last_login = now - timedelta(hours=hours) if hours is not None else None
        user.save()
        for website, role in zip((lumenkit, pocketgarden), roles, strict=True):
            if role:
                Membership.objects.create(website=website, user=user, role=role)
    Preferences.objects.create(user=users.get(username="jonas"), clock="12", time_zone="Europe/Berlin")
    for slug, name, state in (
        (REFUSED, "Nordlicht Atelier für Lampen und Leuchten", {"key_rejected_since": now - timedelta(hours=3)}),
        (PAUSED, "Harbour Books", {"paused_at": now - timedelta(days=12)}),
        (FAILING, "Tidewater Yoga", {"consecutive_failures": 6, "circuit_open_until": now + timedelta(hours=1)}),
    ):
        website = Website(slug=slug, name=name, domain=f"{slug}.example.com", time_zone="Europe/Berlin")
        website.set_token(f"df_sandbox{slug.replace('-', '')[:8]}00000000000000000z9")
        for field, value in state.items():
            setattr(website, field, value)
        website.save()
    lumenkit.names = {"goals": {"contact_sales_opened": "Asked for sales"}, "pages": {"/pricing": "Pricing page"}}
    lumenkit.links = [
        {"label": "Stripe", "template": "https://dashboard.stripe.com/search?query={email}"},
        {"label": "Customer admin", "template": "https://admin.lumenkit.example/users/{user_id}"},
    ]
    lumenkit.save()
    _invite(ada, lumenkit)
    _fill_audit_log(lumenkit)


def no_website() -> None:
    """Remove all websites."""
    from django.contrib.auth import get_user_model

    from visitors.models import Website
    from visitors.websites.actions import remove

    for website in Website.objects.all():
        remove(get_user_model().objects.get(username=ADMIN), website)


def account_of(name: str) -> str:
    """Return the path of a user's account."""
    from django.contrib.auth import get_user_model

    return f"/people/{get_user_model().objects.get(username=name).pk}/"


def removal_of(name: str, slug: str) -> str:
    """Return the path that removes a user's role on a website."""
    from visitors.models import Membership

    return f"/websites/{slug}/people/{Membership.objects.get(user__username=name, website__slug=slug).pk}/remove/"


def invitation_of(invited: str) -> str:
    """Return the path of an invitation."""
    from visitors.accounts import invitations
    from visitors.models import Invitation

    return invitations.path(Invitation.objects.get(invited=invited))


def _invite(by: object, website: object) -> None:
    from visitors.models import Invitation

    now = datetime.now(UTC)
    for invited, role, hours in ((INVITED, "member", 5), (JOINED, "member", 30), (LATE, "viewer", 90)):
        Invitation.objects.create(
            website=website,
            role=role,
            invited=invited,
            invited_by=by,
            created_at=now - timedelta(hours=hours),
            used_at=now - timedelta(hours=1) if invited == JOINED else None,
        )
    Invitation.objects.create(invited="sam@example.com", invited_by=by, created_at=now - timedelta(hours=20))
    Invitation.objects.create(invited="jonas", invited_by=None, created_at=now - timedelta(hours=1))


def _fill_audit_log(website: object) -> None:
    from django.contrib.auth import get_user_model

    from visitors.audit import log
    from visitors.models import AuditEntry

    users = {user.get_username(): user for user in get_user_model().objects.all()}
    chance, at = Random(7), datetime.now(UTC)
    names = ["ana", "jonas", "jonas", "wilhelmina", "lee", ADMIN]
    # Only users who may export do so.
    actions = {"lee": ["page"] * 6 + ["summary"], "wilhelmina": ["page", "summary"]}
    every_action = ["page"] * 6 + ["summary", "csv", "json"]
    # Other visitors than in the other screenshots, except for the customer.
    visitors = [UUID(int=chance.getrandbits(128), version=4) for _ in range(30)] + [ERASED] * 3
    entries = []
    for number in range(_ENTRIES):
        at -= timedelta(minutes=chance.randint(2, 190))
        name, visitor = chance.choice(names), chance.choice(visitors)
        action = chance.choice(actions.get(name, every_action))
        result = chance.choice(["shown"] * 9 + ["not found", "bot"]) if action == "page" else "shown"
        if number in _OF_CUSTOMER:
            name, action, result = _OF_CUSTOMER[number], "page", "shown"
            visitor = UUID(documented.CUSTOMER.visitor_id)
        entries.append(
            AuditEntry(
                website=website,
                user=users[name],
                user_name=name,
                visitor_id=visitor,
                at=at,
                action=action,
                result=result,
            )
        )
    AuditEntry.objects.bulk_create(entries)
    log.erase(users[ADMIN], website, ERASED)
