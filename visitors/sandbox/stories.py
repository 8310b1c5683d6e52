"""The documented visitors, written by hand: who each is and what they did before and during `today`.

`today` is a UTC midnight in milliseconds. Visits of today are planned for the whole day; the API lists an event only
after its time.
"""

from visitors.sandbox import attributes, documented
from visitors.sandbox.clock import DAY, HOUR, MINUTE, SECOND, seeded_random
from visitors.sandbox.history import History
from visitors.sandbox.visitor import Event, Place, Prediction, Profile, Source, Visitor
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN, Website

APP = "app.lumenkit.example"
DOCS = "docs.lumenkit.example"


def stories(today: int) -> tuple[Visitor, ...]:
    """Return all documented visitors except the live one and the bot, as of `today`."""
    return (
        _returning_lead(today),
        _customer(today),
        _ten_thousand(today),
        _app_user(today),
        _one_page(today),
        _forty_visits(today),
        _cut_off_list(today),
        _edition_2025(today),
        _scripts(today),
        _low_confidence(today),
        _no_prediction(today),
        _cookieless(today),
        _old_events(today),
        _hostile(today),
    )


def _returning_lead(today: int) -> Visitor:
    history = History(LUMENKIT, today, "lead")
    history.visit(17, "15:04", ("/", 38), ("/features/funnels", 95), ("/customers/northwind", 120), ("/pricing", 74))
    history.visit(13, "14:22", ("/pricing", 160), ("/compare/spreadsheets", 210), ("/security", 85))
    history.begin(9, "16:41")
    history.page("/webinars/retention-in-practice", 140)
    history.goal("webinar_signup", "Signed up for a webinar")
    identified_at = history.now
    history.page("/webinars/thank-you", 25)
    history.page("/pricing", 130)
    history.visit(6, "13:15", (f"{DOCS}/install/nextjs", 420), (f"{DOCS}/api", 260), ("/pricing?seats=25", 190))
    history.visit(4, "19:52", ("/pricing?seats=25", 240), ("/security", 310), ("/legal/dpa", 150))
    history.begin(2, "14:03")
    history.page("/pricing?seats=50", 205)
    history.page("/contact-sales", 180)
    history.goal("contact_sales_opened", "Opened the sales form")
    history.visit(1, "18:36", ("/pricing?seats=50", 330), ("/customers", 90), ("/pricing?seats=50", 60))
    history.visit(0, "00:00", ("/pricing?seats=50", 145), ("/security", 65))
    history.visit(0, "08:20", ("/pricing?seats=50&billing=yearly", 210), ("/contact-sales", 95))
    history.visit(0, "16:47", ("/pricing?seats=50&billing=yearly", 170), ("/legal/dpa", 120), ("/pricing", 80))
    return history.visitor(
        documented.RETURNING_LEAD.visitor_id,
        place=attributes.CHICAGO,
        machine=attributes.MACBOOK,
        source=attributes.LINKEDIN_ADS,
        profile=Profile(
            "webinar_2207",
            {
                "email": "priya.raman@northwind-freight.example",
                "name": "Priya Raman",
                "company": "Northwind Freight",
                "role": "Head of Growth",
            },
            identified_at,
        ),
        prediction=Prediction(88, 0.1642, 195.4, 0.86),
    )


def _customer(today: int) -> Visitor:
    history = History(LUMENKIT, today, "customer")
    history.visit(134, "08:12", ("/?utm_source=google", 41), ("/features/dashboards", 88), ("/pricing", 120))
    history.begin(131, "09:30")
    history.page("/pricing?plan=team", 95)
    history.page("/signup", 60)
    history.goal("signup", "Created an account")
    identified_at = history.now
    history.provider_goal("trial_started")
    history.page(f"{APP}/onboarding/install", 300)
    history.page(f"{APP}/onboarding/first-event", 240)
    history.goal("first_event_received", "The first event arrived")
    for days_ago in (129, 126, 122):
        history.visit(days_ago, "07:55", (f"{APP}/dashboards", 340), (f"{APP}/funnels", 410), (f"{DOCS}/funnels", 180))
    history.begin(117, "10:05")
    history.page(f"{APP}/settings/billing", 50)
    history.page(f"{APP}/checkout", 130)
    history.goal("checkout_initiated")
    history.provider_goal("payment", description="Team plan, monthly", amount=49, currency="USD")
    history.provider_goal("subscription_started", metadata={"plan": "team", "interval": "month"})
    history.page(f"{APP}/thank-you", 30)
    for days_ago, amount in ((87, "49.00"), (57, "49.00"), (27, "99.00")):
        history.begin(days_ago, "10:07")
        history.provider_goal("payment", description="Renewal", metadata={"amount": amount, "currency": "usd"})
        history.provider_goal("subscription_renewed")
    history.visit(
        80, "08:40", (f"{APP}/dashboards", 500), (f"{APP}/feature-flags", 380), (f"{APP}/feature-flags/new", 150)
    )
    history.begin(60, "12:11")
    history.page("/workshops/retention", 200)
    history.goal("workshop_booked", "Booked a workshop")
    history.provider_goal("payment", description="Workshop in Berlin", amount=120.5, currency="EUR")
    history.begin(34, "09:02")
    history.page(f"{APP}/settings/billing?plan=business", 140)
    history.goal("plan_upgraded", "Team to Business", isServer=True)
    history.visit(25, "09:31", (f"{APP}/settings/billing", 90), ("/help/billing/charged-twice", 160), ("/contact", 130))
    history.begin(24, "13:20")
    history.provider_goal(
        "payment_refunded", description="One renewal charged at the wrong price", amount=50, currency="USD"
    )
    for days_ago, clock in ((11, "07:48"), (5, "08:03"), (1, "07:51"), (0, "07:40")):
        history.visit(
            days_ago,
            clock,
            (f"{APP}/dashboards", 280),
            (f"{APP}/funnels/signup", 620),
            (f"{APP}/dashboards/weekly", 90),
        )
    return history.visitor(
        documented.CUSTOMER.visitor_id,
        place=attributes.BERLIN,
        machine=attributes.MACBOOK_SAFARI,
        source=attributes.GOOGLE_ADS,
        profile=Profile(
            "user_48213",
            {
                "email": "jonas.weber@kiefernwerk.example",
                "name": "Jonas Weber",
                "image": "https://images.lumenkit.example/avatars/48213.png",
                "plan": "business",
                "company": "Kiefernwerk & Söhne",
            },
            identified_at,
        ),
    )


def _ten_thousand(today: int) -> Visitor:
    """Return 10,000 page views in exactly 400 visits, with 500 goals, for measurements."""
    rng = seeded_random("ten thousand")
    paths = [
        f"{APP}/{area}" for area in ("dashboards", "funnels", "retention", "events", "feature-flags", "settings/team")
    ]
    paths += [f"{APP}/dashboards/{number}" for number in range(1, 40)] + ["/changelog", f"{DOCS}/api"]
    goals = ("report_exported", "dashboard_created", "alert_acknowledged", "teammate_invited", "api_key_rotated")
    pages: list[Event] = []
    reached: list[Event] = []
    times_of_day = (6 * HOUR, 11 * HOUR, 17 * HOUR)
    for visit, slot in enumerate(sorted(rng.sample(range(270 * len(times_of_day)), 400))):
        day, time_of_day = divmod(slot, len(times_of_day))
        at = today - (270 - day) * DAY + times_of_day[time_of_day] + rng.randrange(2 * HOUR)
        for page in range(25):
            pages.append(Event(at, {"url": rng.choice(paths)}))
            if page == 12 or (page == 20 and visit % 4 == 0):
                name = rng.choice(goals)
                reached.append(Event(at + 2 * SECOND, {"name": name, "description": None, "origin": "manual"}))
            at += rng.randrange(5 * SECOND, 9 * MINUTE if rng.random() < 0.1 else 90 * SECOND)
    return Visitor(
        visitor_id=documented.TEN_THOUSAND.visitor_id,
        website=LUMENKIT,
        place=attributes.TORONTO,
        machine=attributes.WINDOWS_CHROME,
        source=attributes.PARTNER,
        pages=pages,
        goals=reached,
        profile=Profile(
            "user_17",
            {
                "email": "ops@harbor-lane.example",
                "name": "Dana Whitfield",
                "company": "Harbor Lane",
                "plan": "enterprise",
            },
            pages[3].at,
        ),
        prediction=Prediction(64, 0.0417, 21.7, 0.99),
    )


def _app_user(today: int) -> Visitor:
    history = History(POCKETGARDEN, today, "app")
    history.visit(8, "11:20", ("/plants/monstera", 80), ("/app", 35))
    history.begin(8, "11:58")
    history.page("/__app/ios/Onboarding", 40)
    history.page("/__app/ios/CameraPermission", 12)
    history.page("/__app/ios/ScanPlant", 75)
    history.goal("plant_scanned", "Scanned a plant with the camera")
    history.page("/__app/ios/PlantDetail", 110)
    history.goal("account_created")
    identified_at = history.now
    history.page("/__app/ios/Garden", 50)
    for days_ago in (7, 5, 4):
        history.visit(
            days_ago,
            "22:31",
            ("/__app/ios/Garden", 30),
            ("/__app/ios/WateringPlan", 55),
            ("/__app/ios/PlantDetail", 70),
        )
    history.begin(3, "12:44")
    history.page("/__app/ios/PlantDoctor", 90)
    history.page("/__app/ios/Paywall", 64)
    history.provider_goal("free_trial")
    history.visit(1, "13:02", ("/__app/ios/Garden", 20), ("/__app/ios/PlantDoctor", 260))
    history.begin(1, "23:10")
    history.page("/__app/ios/Paywall", 41)
    history.provider_goal("payment", description="Garden Plus, yearly", amount=39000, currency="KRW")
    history.provider_goal("subscription_started")
    history.page("/__app/ios/PlantDoctor", 180)
    history.visit(0, "10:05", ("/__app/ios/Garden", 25), ("/__app/ios/WateringPlan", 45))
    return history.visitor(
        documented.APP_USER.visitor_id,
        place=attributes.SEOUL,
        machine=attributes.IPHONE,
        source=attributes.FACEBOOK_ADS,
        profile=Profile("pg_90233", {"name": "Han Jiwoo", "plan": "plus", "app": "ios 4.12.0"}, identified_at),
    )


def _one_page(today: int) -> Visitor:
    history = History(LUMENKIT, today, "one page")
    history.visit(1, "20:17", ("/blog/what-a-funnel-cannot-tell-you", 0))
    return history.visitor(
        documented.ONE_PAGE.visitor_id,
        place=attributes.HELSINKI,
        machine=attributes.LINUX_FIREFOX,
        source=attributes.HACKER_NEWS,
        prediction=Prediction(41, 0.0061, 0.58, 0.08),
    )


def _forty_visits(today: int) -> Visitor:
    history = History(POCKETGARDEN, today, "forty")
    rng = seeded_random("forty visits")
    articles = ("watering", "repotting", "light", "pests", "winter", "propagation", "humidity", "soil")
    for visit in range(40):
        history.begin(158 - visit * 4, f"{rng.randrange(9, 14):02d}:{rng.randrange(60):02d}")
        history.page("/" if visit % 3 == 0 else "/care", 25)
        for article in rng.sample(articles, rng.randrange(1, 5)):
            history.page(f"/care/{article}", rng.randrange(40, 260))
        if visit == 6:
            history.goal("newsletter_signup", "Signed up for the plant letter")
        if visit == 21:
            history.page("/shop/cart", 70)
            history.provider_goal("payment", description="Repotting kit and soil", amount=58000, currency="KRW")
        if visit == 24:
            history.provider_goal("payment", description="Broken pot, refunded in part", amount=-15000, currency="KRW")
    return history.visitor(
        documented.FORTY_VISITS.visitor_id,
        place=attributes.OSAKA,
        machine=attributes.ANDROID,
        source=attributes.YOUTUBE,
        shuffled=True,
    )


def _cut_off_list(today: int) -> Visitor:
    history = History(LUMENKIT, today, "cut off")
    for days_ago in (21, 17, 14, 12, 8, 5, 3, 2, 1):
        history.begin(days_ago, "17:25")
        for number in range(13 if days_ago != 21 else 16):
            history.page(f"{APP}/events?page={number + 1}", 45 + 5 * number)
        if days_ago in {14, 3}:
            history.goal("report_exported", "Exported a report")
    return history.visitor(
        documented.CUT_OFF_LIST.visitor_id,
        place=attributes.LONDON,
        machine=attributes.WINDOWS_EDGE,
        source=attributes.GOOGLE,
        unlisted_pages=1_120,
        unlisted_visits=52,
        first_visit_at=today - 421 * DAY + 9 * HOUR,
        profile=Profile("user_3021", {"email": "audit@pemberton.example", "company": "Pemberton"}, today - 420 * DAY),
        prediction=Prediction(57, 0.0219, 14.02, 0.94),
    )


def _edition_2025(today: int) -> Visitor:
    history = History(POCKETGARDEN, today, "2025")
    history.visit(6, "03:38", ("/", 70), ("/plants/succulents", 130), ("/newsletter", 20))
    history.goal("newsletter_signup", "Sign up for the newsletter", isServer=False)
    history.begin(2, "04:10")
    history.page("/premium", 150)
    history.goal("payment", "Garden Plus, monthly", isServer=True)
    return history.visitor(
        documented.EDITION_2025.visitor_id,
        place=attributes.SEOSAN,
        machine=attributes.MACBOOK,
        source=attributes.YOUTUBE,
        edition=2025,
        prediction=Prediction(72, 0.0138, 3.089, 0.831),
    )


def _scripts(today: int) -> Visitor:
    history = History(POCKETGARDEN, today, "scripts")
    history.visit(
        3, "09:14", ("/블로그/다육이-키우기", 140), ("/%EC%8B%9D%EB%AC%BC/%EB%AA%AC%EC%8A%A4%ED%85%8C%EB%9D%BC", 80)
    )
    history.visit(2, "10:30", ("/ar/نباتات/حديقة-الشرفة", 95), ("/ar/%D8%A3%D8%B3%D8%B9%D8%A7%D8%B1?q=نعناع", 60))
    history.begin(1, "11:02")
    history.page("/🌱/🪴-starter-set", 55)
    history.page("/%F0%9F%8C%B5/?emoji=%F0%9F%98%80&x=%zz", 45)
    history.goal("newsletter_signup", "뉴스레터 구독 📬")
    identified_at = history.now
    history.page("/ja/多肉植物/育て方", 120)
    return history.visitor(
        documented.SCRIPTS.visitor_id,
        place=Place("Egypt", "EG", "القاهرة", "EG-C", "مدينة نصر", 2),
        machine=attributes.ANDROID,
        source=Source("https://www.google.com/", {"utm_source": "instagram", "utm_campaign": "봄 🌸", "ref": "مدونة"}),
        profile=Profile(
            "pg_서연-١٢٣",
            {"name": "김서연 ليلى 🌿", "company": "شركة الحدائق المعلّقة", "email": "seoyeon@balcony.example"},
            identified_at,
        ),
        prediction=Prediction(55, 0.0187, 2.11, 0.62),
    )


def _low_confidence(today: int) -> Visitor:
    history = History(LUMENKIT, today, "low confidence")
    history.visit(1, "21:40", ("/pricing", 35), ("/signup", 20))
    return history.visitor(
        documented.LOW_CONFIDENCE.visitor_id,
        place=attributes.BENGALURU,
        machine=attributes.WINDOWS_CHROME,
        source=attributes.GITHUB,
        prediction=Prediction(79, 0.0734, 51.2, 0.21),
    )


def _no_prediction(today: int) -> Visitor:
    history = History(POCKETGARDEN, today, "no prediction")
    history.visit(4, "08:09", ("/", 30), ("/care/light", 140))
    history.visit(1, "08:30", ("/care/light", 60), ("/premium", 45))
    return history.visitor(
        documented.NO_PREDICTION.visitor_id,
        place=attributes.CAIRO,
        machine=attributes.ANDROID,
        source=attributes.NEWSLETTER,
    )


def _cookieless(today: int) -> Visitor:
    history = History(LUMENKIT, today, "cookieless")
    history.visit(1, "12:12", ("/", 20), ("/docs", 45), ("/pricing", 0))
    return history.visitor(
        documented.COOKIELESS.visitor_id,
        place=attributes.BERLIN,
        machine=attributes.LINUX_FIREFOX,
        source=attributes.DIRECT,
        activity_changes={"visitCount": 0},
    )


def _old_events(today: int) -> Visitor:
    history = History(POCKETGARDEN, today, "old")
    history.visit(702, "06:40", ("/", 31), ("/plants", 0))
    nothing = {"region": None, "city": None, "params": None, "adClickIds": None, "device": None, "viewport": None}
    return history.visitor(
        documented.OLD_EVENTS.visitor_id,
        place=attributes.SEOUL,
        machine=attributes.IPHONE,
        identity_changes=nothing | {"os": {"name": "iOS", "version": None}},
        activity_changes={"visitCount": None, "completedGoals": None, "timeSinceFirstVisit": None},
    )


def _hostile(today: int) -> Visitor:
    script = "<script>alert(1)</script>"
    image = '"><img src=x onerror=alert(2)>'
    link = "javascript:alert(3)"
    history = History(LUMENKIT, today, "hostile")
    history.begin(2, "10:00")
    history.page(f"/{script}?q={image}", 30)
    history.page(link, 30)
    history.page("//evil.example/{{ 7*7 }}{% debug %}", 30)
    history.page(f"{image}/=HYPERLINK(1)", 30, timestamp=script)
    history.page("/no-time", 30, timestamp=None)
    history.goal(script, image)
    history.goal("=cmd|' /C calc'!A0", link, timestamp=image)
    history.provider_goal("payment", description=script, amount=1, currency="<b>")
    history.goal("javascript:alert(4)", "&lt;b&gt;already escaped&lt;/b&gt;", origin=script)
    software = {"name": script, "version": image}
    return history.visitor(
        documented.HOSTILE.visitor_id,
        place=Place(script, "<>", image, "\"'", link, 0),
        machine=attributes.LINUX_FIREFOX,
        source=Source(link, {"ref": script, "source": link, "utm_source": image, "utm_campaign": "\u202egnp.exe\x00"}),
        profile=Profile(
            f"{link}//{script}",
            {
                "name": script,
                "email": f'{image}"@x.example',
                "image": link,
                "company": "</title></textarea>",
                script: image,
            },
            history.now,
        ),
        prediction=Prediction(50, 0.01, 0.5, 0.5),
        identity_changes={
            "adClickIds": {"gclid": script, "fbclid": link},
            "browser": software,
            "os": software,
            "device": {"type": script, "vendor": image, "model": link},
        },
    )


def visitor_of_failure(today: int, website: Website, visitor_id: str) -> Visitor:
    """Return the visitor behind the documented ids whose answer is slow or incomplete."""
    history = History(website, today, "stand-in")
    history.visit(3, "10:10", ("/", 40), ("/pricing", 70), ("/about", 30))
    history.visit(1, "11:45", ("/", 15), ("/pricing", 95), ("/contact", 60))
    history.goal("contact_form_sent", "Sent the contact form")
    return history.visitor(
        visitor_id,
        place=attributes.LONDON,
        machine=attributes.WINDOWS_EDGE,
        source=attributes.GOOGLE,
        prediction=Prediction(52, 0.0144, 9.3, 0.58),
    )
