"""What the name of a goal says: money, money back, a change of a subscription, something that went wrong.

DataFast reserves some names for payment providers (`payment`, `trial_converted`, …) and leaves the others open, so
names are compared by their words: "payment_failed", "payment-failed" and "Payment:Failed" are one name.
"""

import re

_SEPARATORS = re.compile(r"[\W_]+")
_REFUNDS = re.compile("payment_refunded|payment_refund|refund")
_SUBSCRIPTION = re.compile(r"((customer_)?subscription|trial)_|free_trial")
# Money that went back for good. A dispute that is open, or won, moves no money.
_BACK = re.compile(r"refund|chargeback|revers(ed|al)|dispute_lost|lost_dispute|disputed?_.*lost")
_NOT_BACK = re.compile(r"fail|declin|cancel|reject|request|pending|initiated|won\b|warning|inquiry|refunds?_revers")
_TAKEN_BACK = re.compile("chargeback|disput|revers")
# Provider goals whose amount was not paid.
_UNPAID = re.compile(
    r"fail|declin|reject|abandon|cancel|pending|expire|incomplete|past_due|overdue|unpaid|request|created|initiated|"
    r"upcoming|draft|open|sent|reminder|retry|dunning|required|disput|chargeback|withdraw|revers|held|hold|block|fraud|"
    r"review|void|uncollectible|delet|error|authori[sz]|warning|inquiry|reinstated|payout|"
    r"credit_note|credited"
)
# Subscription goals whose amount is a price, not a charge.
_UNCHARGED = re.compile(
    r"trial(?!_converted)|ended|will_end|paused|scheduled|downgrad|fail|cancel|expire|past_due|overdue|unpaid|"
    r"incomplete|pending|request|upcoming|delet|disput|revers|refund"
)
# Goals that are no achievement, also those that the website itself reports.
_SETBACK = re.compile(
    r"(^|_)(fail(ed|ure|s)?|declin(e|ed)|reject(ed)?|abandon(ed|ment)?|cancel(l?ed|l?ation)?|delet(e|ed|ion)|expired?|"
    r"churn(ed)?|unsubscribed?|uninstall(ed)?|disput(e|ed)|chargebacks?|revers(ed|al)|withdrawn|overdue|past_due|unpaid|"
    r"incomplete|pending|void(ed)?|error|bounced?|downgraded?|refund_request(ed)?|(account|subscription)_closed|"
    r"(deal|lead|sale|opportunity)_lost)($|_)"
)
# Of these, the ones after which a purchase is less likely. A declined card says nothing about what the visitor wants.
_ADVERSE = re.compile(
    r"cancel|churn|unsubscri|uninstall|(account|workspace|subscription)_(delet|clos)|disput(?!.*(won|reinstated)$)|chargeback(?!.*won$)|"
    r"revers|withdrawn|overdue|past_due|unpaid|downgrad|refund_request|_lost"
)
_LOST = re.compile(r"ended|cancel|expire|fail|past_due|unpaid|paused|incomplete|delet|terminated|lapsed|closed")
_NEUTRAL_SUBSCRIPTION = re.compile("downgrad|will_end|pending")
_WORDS = {
    "free_trial": "free trial started",
    "trial_converted": "trial converted to paid",
    "subscription_cancel_scheduled": "subscription set to cancel",
}
_NOUNS = "payment|charge|invoice|refund|dispute|chargeback|checkout|cart|order|purchase"
_NOUN_FIRST = re.compile(rf"({_NOUNS})\b")
# Where an amount belongs in words: "payment of $149 failed", "invoice payment of $149 failed".
_AMOUNT_NOUN = re.compile(rf"\b({_NOUNS})\b(?!.*\b({_NOUNS})\b)")
_VOWEL = re.compile("[aeiou]")


def normalize(name: str) -> str:
    """Return a name in small letters with single underscores: the form that all other functions take."""
    return _SEPARATORS.sub("_", name.casefold()).strip("_")


def is_payment(name: str) -> bool:
    """Return whether this is the name that DataFast reserves for payments."""
    return name == "payment"


def is_refund(name: str) -> bool:
    """Return whether this is a name for refunds that needs no provider to be one."""
    return _REFUNDS.fullmatch(name) is not None


def is_plain_payment(name: str) -> bool:
    """Return whether a name says no more than that something was paid or refunded."""
    return is_payment(name) or is_refund(name)


def is_money_back(name: str) -> bool:
    """Return whether a provider's goal is money that went back: a refund, a chargeback, a lost dispute, a reversal."""
    return _BACK.search(name) is not None and _NOT_BACK.search(name) is None


def is_taken_back(name: str) -> bool:
    """Return whether money that went back was taken by a bank: a chargeback, a lost dispute, a reversal."""
    return _TAKEN_BACK.search(name) is not None


def is_unpaid(name: str) -> bool:
    """Return whether the amount of a provider's goal was not paid: failed, disputed, reversed, canceled, announced."""
    return _UNPAID.search(name) is not None


def is_subscription(name: str) -> bool:
    """Return whether a provider's goal is a change of a subscription or a trial."""
    return _SUBSCRIPTION.match(name) is not None


def is_charged(name: str) -> bool:
    """Return whether the amount of a subscription's change is a charge, and not only its price."""
    return _UNCHARGED.search(name) is None


def is_setback(name: str) -> bool:
    """Return whether a goal is no achievement: failed, declined, abandoned, canceled, deleted, disputed, pending."""
    return _SETBACK.search(name) is not None


def is_adverse(name: str) -> bool:
    """Return whether a setback speaks against a purchase. Others, such as a declined card, say nothing about it."""
    return _ADVERSE.search(name) is not None


def is_lost_subscription(name: str) -> bool:
    """Return whether a subscription's change is its end, or leads to it."""
    return _LOST.search(name) is not None


def is_neutral_subscription(name: str) -> bool:
    """Return whether a subscription's change speaks neither for nor against the visitor as a customer."""
    return _NEUTRAL_SUBSCRIPTION.search(name) is not None


def in_words(name: str, amount: str = "") -> str:
    """Return a name in words, with its amount: "trial converted to paid", "payment of $149 failed"."""
    words = _WORDS.get(normalize(name)) or _SEPARATORS.sub(" ", name).strip()
    if not amount:
        return words
    if match := _AMOUNT_NOUN.search(words):
        return f"{words[: match.end()]} of {amount}{words[match.end() :]}"
    return f"{words} ({amount})"


def add_article(words: str) -> str:
    """Return words for an event as a part of a sentence: "a payment of $149 failed"; others as they are."""
    if " of " not in words or not _NOUN_FIRST.match(words):
        return words
    return f"{'an' if _VOWEL.match(words) else 'a'} {words}"
