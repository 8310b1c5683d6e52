"""The two websites of the sandbox's account. Domains end in `.example`, which cannot be registered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Website:
    """A website as in List websites; `website_id` is its `websiteId` of 24 hexadecimal digits."""

    website_id: str
    domain: str
    name: str
    tracking_id: str
    timezone: str
    currency: str
    role: str


LUMENKIT = Website(
    website_id="665f0b3c4d2e1a00c0ffee01",
    domain="lumenkit.example",
    name="Lumenkit",
    tracking_id="dfid_lumenkit01",
    timezone="America/New_York",
    currency="USD",
    role="owner",
)
POCKETGARDEN = Website(
    website_id="665f0b3c4d2e1a00c0ffee02",
    domain="pocketgarden.example",
    name="Pocket Garden",
    tracking_id="dfid_pocketgarden02",
    timezone="Asia/Seoul",
    currency="KRW",
    role="member",
)
WEBSITES = (LUMENKIT, POCKETGARDEN)
