"""Slack: who of the workspace is which user, and what they may see. Their roles apply at every command.

A member of the workspace is linked once: the first command answers with a signed address, which a signed-in user opens
and confirms. The address is shown to the person who typed the command only, and is valid for LINK_VALID_FOR.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse

from dashboard.addresses import absolute_url
from visitors.audit import log
from visitors.integrations.cards import presenter
from visitors.integrations.cards.answers import Answer, Link, Member, Question
from visitors.integrations.cards.finding import Found, find_person
from visitors.integrations.cards.showing import Reader, show_visitor
from visitors.lookup import id_parser
from visitors.lookup.people.search import find_people, to_query
from visitors.models import AuditAction, AuditSource, Integration, IntegrationKind, RequestResult, SlackAccount, Website
from visitors.web import change_log

LINK_VALID_FOR = timedelta(minutes=15)
_SALT = "visitors.cards.slack"
_PEOPLE_LISTED = 5
_USAGE = "Type a visitor id, a link, a cookie, an email address or a name after the command."


class LinkError(Exception):
    """A signed address that can't be confirmed. `str()` is a sentence for the user."""


def answer_slack(integration: Integration, question: Question, *, now: datetime, tester: User | None) -> Answer:
    """Answer a command. `tester` is the user who tests the integration, if one does. Raises LogUnavailable."""
    member = question.member or Member("", "", "")
    website = integration.website
    if question.text.strip().lower() == "unlink" and not tester:
        return _unlink(integration, member)
    user = tester or _find_user(integration, member)
    if user is None:
        return _ask_to_link(integration, member)
    if not user.is_active or not Website.objects.visible_to(user).filter(pk=website.pk).exists():
        note = f"Your account {user.get_username()} has no role on {website.domain}. Ask a manager of the website."
        return Answer("No access", notes=(note,), result=RequestResult.REFUSED, detail="The user has no role here.")
    return _look_up(website, question.text, Reader(user, "", AuditSource.SLACK), now)


def sign_link(integration: Integration, member: Member) -> str:
    """Return what the address contains that links this member."""
    return signing.dumps([integration.pk, member.team_id, member.slack_id, member.name], salt=_SALT, compress=True)


def read_link(signed: str, user: User) -> tuple[Integration, Member]:
    """Return the integration and the member of a signed address. Raises LinkError, also without a role there."""
    try:
        pk, *member = signing.loads(signed, salt=_SALT, max_age=LINK_VALID_FOR)
    except signing.BadSignature as error:
        raise LinkError(
            "This link has expired or is incomplete. Use the command in Slack again to get a new one."
        ) from error
    integrations = Integration.objects.select_related("website").filter(kind=IntegrationKind.SLACK, is_enabled=True)
    integration = integrations.filter(pk=pk, website__in=Website.objects.visible_to(user)).first()
    if integration is None:
        raise LinkError("You have no role on the website that this link is for. Ask a manager of the website.")
    return integration, Member(*member)


def link(integration: Integration, member: Member, user: User) -> None:
    """Link a member of the workspace to a user. Raises LinkError where another user is linked."""
    account = SlackAccount(
        integration=integration,
        team_id=member.team_id,
        slack_id=member.slack_id,
        slack_name=member.name,
        user=user,
        linked_at=datetime.now(UTC),
    )
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        if _find_user(integration, member) == user:
            return
        raise LinkError(
            "This Slack account is linked already. Type “unlink” after the command in Slack first."
        ) from error
    change_log.record(user, "linked a Slack account", website=integration.website)


def _find_account(integration: Integration, member: Member) -> SlackAccount | None:
    accounts = SlackAccount.objects.select_related("user").filter(integration=integration)
    return accounts.filter(team_id=member.team_id, slack_id=member.slack_id).first()


def _find_user(integration: Integration, member: Member) -> User | None:
    account = _find_account(integration, member)
    return account.user if account else None


def _ask_to_link(integration: Integration, member: Member) -> Answer:
    url = absolute_url(reverse("link_slack", args=[sign_link(integration, member)]))
    return Answer(
        "Connect your Slack account first",
        notes=("Open the link and confirm, signed in to Journeydesk. It is for you only, and valid for 15 minutes.",),
        links=(Link("Connect to Journeydesk", url),),
        result=RequestResult.EMPTY,
        detail="The Slack user is not linked to a user yet, and got the link.",
    )


def _unlink(integration: Integration, member: Member) -> Answer:
    if account := _find_account(integration, member):
        account.delete()
        change_log.record(account.user, "unlinked a Slack account", website=integration.website)
    return Answer(
        "Unlinked", notes=("Your Slack account is not linked anymore.",), detail="A Slack user unlinked the account."
    )


def _look_up(website: Website, text: str, reader: Reader, now: datetime) -> Answer:
    parsed = id_parser.parse(text)
    if parsed.has_token:
        return Answer("Not looked up", notes=(parsed.problem or "This is a secret.",), detail="It contained a key.")
    if len(parsed.candidates) == 1:
        return show_visitor(website, Found(UUID(parsed.candidates[0].visitor_id)), reader, now)[0]
    if parsed.candidates:
        ids = [UUID(candidate.visitor_id) for candidate in parsed.candidates]
        return presenter.present_ids(website, ids[:_PEOPLE_LISTED], len(ids))
    query = "" if parsed.looks_like_id else to_query(text)
    if not query:
        note = parsed.problem if parsed.looks_like_id else _USAGE
        return Answer("Nothing to look up", notes=(note,), result=RequestResult.EMPTY, detail="It named no one.")
    return _search(website, query, reader, now)


def _search(website: Website, query: str, reader: Reader, now: datetime) -> Answer:
    is_email = "@" in query
    exact = find_person(website, emails=[query] if is_email else (), user_id="" if is_email else query)
    if exact:
        return show_visitor(website, exact, reader, now)[0]
    found = find_people(query, [website.pk], _PEOPLE_LISTED)
    if not found.people:
        return presenter.present_unknown(website, query, "email address" if is_email else "")
    if len(found.people) == 1:
        return show_visitor(website, Found(found.people[0].visitor_id), reader, now)[0]
    if reader.user:
        shown = [(website.pk, person.visitor_id) for person in found.people]
        log.record_listed(reader.user, shown, AuditAction.LIST, source=reader.source)
    return presenter.present_people(website, found.people, query, has_more=found.has_more)
