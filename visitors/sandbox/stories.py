"""The hand-told visitors: who each documented visitor is and what they did, told from the UTC midnight of the start.

Visits of "today" are planned through the day; what lies ahead of the clock is not shown yet.
"""

from visitors.sandbox import documented
from visitors.sandbox.diary import Diary
from visitors.sandbox.moments import DAY, HOUR, MINUTE, SECOND, dice
from visitors.sandbox.people import Event, Place, Prediction, Profile, Source, Visitor
from visitors.sandbox.surroundings import (
    ANDROID,
    BENGALURU,
    BERLIN,
    CAIRO,
    CHICAGO,
    DIRECT,
    FACEBOOK_ADS,
    GITHUB,
    GOOGLE,
    GOOGLE_ADS,
    HACKER_NEWS,
    HELSINKI,
    IPHONE,
    LINKEDIN_ADS,
    LINUX_FIREFOX,
    LONDON,
    MACBOOK,
    MACBOOK_SAFARI,
    NEWSLETTER,
    OSAKA,
    PARTNER,
    SEOSAN,
    SEOUL,
    TORONTO,
    WINDOWS_CHROME,
    WINDOWS_EDGE,
    YOUTUBE,
)
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN, Website

APP = "app.lumenkit.example"
DOCS = "docs.lumenkit.example"


def stories(today: int) -> tuple[Visitor, ...]:
    """Every hand-told visitor but the live one and the bot, as of `today` (a UTC midnight in milliseconds)."""
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
    diary = Diary(LUMENKIT, today, "lead")
    diary.visit(17, "15:04", ("/", 38), ("/features/funnels", 95), ("/customers/northwind", 120), ("/pricing", 74))
    diary.visit(13, "14:22", ("/pricing", 160), ("/compare/spreadsheets", 210), ("/security", 85))
    diary.begin(9, "16:41")
    diary.page("/webinars/retention-in-practice", 140)
    diary.goal("webinar_signup", "Signed up for a webinar")
    identified_at = diary.now
    diary.page("/webinars/thank-you", 25)
    diary.page("/pricing", 130)
    diary.visit(6, "13:15", (f"{DOCS}/install/nextjs", 420), (f"{DOCS}/api", 260), ("/pricing?seats=25", 190))
    diary.visit(4, "19:52", ("/pricing?seats=25", 240), ("/security", 310), ("/legal/dpa", 150))
    diary.begin(2, "14:03")
    diary.page("/pricing?seats=50", 205)
    diary.page("/contact-sales", 180)
    diary.goal("contact_sales_opened", "Opened the sales form")
    diary.visit(1, "18:36", ("/pricing?seats=50", 330), ("/customers", 90), ("/pricing?seats=50", 60))
    diary.visit(0, "00:00", ("/pricing?seats=50", 145), ("/security", 65))
    diary.visit(0, "08:20", ("/pricing?seats=50&billing=yearly", 210), ("/contact-sales", 95))
    diary.visit(0, "16:47", ("/pricing?seats=50&billing=yearly", 170), ("/legal/dpa", 120), ("/pricing", 80))
    return Visitor(
        visitor_id=documented.RETURNING_LEAD.visitor_id,
        website=LUMENKIT,
        place=CHICAGO,
        machine=MACBOOK,
        source=LINKEDIN_ADS,
        pages=diary.pages,
        goals=diary.goals,
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
    diary = Diary(LUMENKIT, today, "customer")
    diary.visit(134, "08:12", ("/?utm_source=google", 41), ("/features/dashboards", 88), ("/pricing", 120))
    diary.begin(131, "09:30")
    diary.page("/pricing?plan=team", 95)
    diary.page("/signup", 60)
    diary.goal("signup", "Created an account")
    identified_at = diary.now
    diary.provider("trial_started")
    diary.page(f"{APP}/onboarding/install", 300)
    diary.page(f"{APP}/onboarding/first-event", 240)
    diary.goal("first_event_received", "The first event arrived")
    for days_ago in (129, 126, 122):
        diary.visit(days_ago, "07:55", (f"{APP}/dashboards", 340), (f"{APP}/funnels", 410), (f"{DOCS}/funnels", 180))
    diary.begin(117, "10:05")
    diary.page(f"{APP}/settings/billing", 50)
    diary.page(f"{APP}/checkout", 130)
    diary.goal("checkout_initiated")
    diary.provider("payment", description="Team plan, monthly", amount=49, currency="USD")
    diary.provider("subscription_started", metadata={"plan": "team", "interval": "month"})
    diary.page(f"{APP}/thank-you", 30)
    for days_ago, amount in ((87, "49.00"), (57, "49.00"), (27, "99.00")):
        diary.begin(days_ago, "10:07")
        diary.provider("payment", description="Renewal", metadata={"amount": amount, "currency": "usd"})
        diary.provider("subscription_renewed")
    diary.visit(
        80, "08:40", (f"{APP}/dashboards", 500), (f"{APP}/feature-flags", 380), (f"{APP}/feature-flags/new", 150)
    )
    diary.begin(60, "12:11")
    diary.page("/workshops/retention", 200)
    diary.goal("workshop_booked", "Booked a workshop")
    diary.provider("payment", description="Workshop in Berlin", amount=120.5, currency="EUR")
    diary.begin(34, "09:02")
    diary.page(f"{APP}/settings/billing?plan=business", 140)
    diary.goal("plan_upgraded", "Team to Business", isServer=True)
    diary.visit(25, "09:31", (f"{APP}/settings/billing", 90), ("/help/billing/charged-twice", 160), ("/contact", 130))
    diary.begin(24, "13:20")
    diary.provider("payment_refunded", description="One renewal charged at the wrong price", amount=50, currency="USD")
    for days_ago, clock in ((11, "07:48"), (5, "08:03"), (1, "07:51"), (0, "07:40")):
        diary.visit(
            days_ago,
            clock,
            (f"{APP}/dashboards", 280),
            (f"{APP}/funnels/signup", 620),
            (f"{APP}/dashboards/weekly", 90),
        )
    return Visitor(
        visitor_id=documented.CUSTOMER.visitor_id,
        website=LUMENKIT,
        place=BERLIN,
        machine=MACBOOK_SAFARI,
        source=GOOGLE_ADS,
        pages=diary.pages,
        goals=diary.goals,
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
    """10,000 page views in exactly 400 visits, and 500 goals: enough to try whatever is said to stay fast."""
    rng = dice("ten thousand")
    paths = [
        f"{APP}/{room}" for room in ("dashboards", "funnels", "retention", "events", "feature-flags", "settings/team")
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
        place=TORONTO,
        machine=WINDOWS_CHROME,
        source=PARTNER,
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
    diary = Diary(POCKETGARDEN, today, "app")
    diary.visit(8, "11:20", ("/plants/monstera", 80), ("/app", 35))
    diary.begin(8, "11:58")
    diary.page("/__app/ios/Onboarding", 40)
    diary.page("/__app/ios/CameraPermission", 12)
    diary.page("/__app/ios/ScanPlant", 75)
    diary.goal("plant_scanned", "Scanned a plant with the camera")
    diary.page("/__app/ios/PlantDetail", 110)
    diary.goal("account_created")
    identified_at = diary.now
    diary.page("/__app/ios/Garden", 50)
    for days_ago in (7, 5, 4):
        diary.visit(
            days_ago,
            "22:31",
            ("/__app/ios/Garden", 30),
            ("/__app/ios/WateringPlan", 55),
            ("/__app/ios/PlantDetail", 70),
        )
    diary.begin(3, "12:44")
    diary.page("/__app/ios/PlantDoctor", 90)
    diary.page("/__app/ios/Paywall", 64)
    diary.provider("free_trial")
    diary.visit(1, "13:02", ("/__app/ios/Garden", 20), ("/__app/ios/PlantDoctor", 260))
    diary.begin(1, "23:10")
    diary.page("/__app/ios/Paywall", 41)
    diary.provider("payment", description="Garden Plus, yearly", amount=39000, currency="KRW")
    diary.provider("subscription_started")
    diary.page("/__app/ios/PlantDoctor", 180)
    diary.visit(0, "10:05", ("/__app/ios/Garden", 25), ("/__app/ios/WateringPlan", 45))
    return Visitor(
        visitor_id=documented.APP_USER.visitor_id,
        website=POCKETGARDEN,
        place=SEOUL,
        machine=IPHONE,
        source=FACEBOOK_ADS,
        pages=diary.pages,
        goals=diary.goals,
        profile=Profile("pg_90233", {"name": "Han Jiwoo", "plan": "plus", "app": "ios 4.12.0"}, identified_at),
    )


def _one_page(today: int) -> Visitor:
    diary = Diary(LUMENKIT, today, "one page")
    diary.visit(1, "20:17", ("/blog/what-a-funnel-cannot-tell-you", 0))
    return Visitor(
        visitor_id=documented.ONE_PAGE.visitor_id,
        website=LUMENKIT,
        place=HELSINKI,
        machine=LINUX_FIREFOX,
        source=HACKER_NEWS,
        pages=diary.pages,
        prediction=Prediction(41, 0.0061, 0.58, 0.08),
    )


def _forty_visits(today: int) -> Visitor:
    diary = Diary(POCKETGARDEN, today, "forty")
    rng = dice("forty visits")
    articles = ("watering", "repotting", "light", "pests", "winter", "propagation", "humidity", "soil")
    for visit in range(40):
        diary.begin(158 - visit * 4, f"{rng.randrange(9, 14):02d}:{rng.randrange(60):02d}")
        diary.page("/" if visit % 3 == 0 else "/care", 25)
        for article in rng.sample(articles, rng.randrange(1, 5)):
            diary.page(f"/care/{article}", rng.randrange(40, 260))
        if visit == 6:
            diary.goal("newsletter_signup", "Signed up for the plant letter")
        if visit == 21:
            diary.page("/shop/cart", 70)
            diary.provider("payment", description="Repotting kit and soil", amount=58000, currency="KRW")
        if visit == 24:
            diary.provider("payment", description="Broken pot, refunded in part", amount=-15000, currency="KRW")
    return Visitor(
        visitor_id=documented.FORTY_VISITS.visitor_id,
        website=POCKETGARDEN,
        place=OSAKA,
        machine=ANDROID,
        source=YOUTUBE,
        pages=diary.pages,
        goals=diary.goals,
        shuffled=True,
    )


def _cut_off_list(today: int) -> Visitor:
    diary = Diary(LUMENKIT, today, "cut off")
    for days_ago in (21, 17, 14, 12, 8, 5, 3, 2, 1):
        diary.begin(days_ago, "17:25")
        for number in range(13 if days_ago != 21 else 16):
            diary.page(f"{APP}/events?page={number + 1}", 45 + 5 * number)
        if days_ago in {14, 3}:
            diary.goal("report_exported", "Exported a report")
    return Visitor(
        visitor_id=documented.CUT_OFF_LIST.visitor_id,
        website=LUMENKIT,
        place=LONDON,
        machine=WINDOWS_EDGE,
        source=GOOGLE,
        pages=diary.pages,
        goals=diary.goals,
        unlisted_pages=1_120,
        unlisted_visits=52,
        first_visit_at=today - 421 * DAY + 9 * HOUR,
        profile=Profile("user_3021", {"email": "audit@pemberton.example", "company": "Pemberton"}, today - 420 * DAY),
        prediction=Prediction(57, 0.0219, 14.02, 0.94),
    )


def _edition_2025(today: int) -> Visitor:
    diary = Diary(POCKETGARDEN, today, "2025")
    diary.visit(6, "03:38", ("/", 70), ("/plants/succulents", 130), ("/newsletter", 20))
    diary.goal("newsletter_signup", "Sign up for the newsletter", isServer=False)
    diary.begin(2, "04:10")
    diary.page("/premium", 150)
    diary.goal("payment", "Garden Plus, monthly", isServer=True)
    return Visitor(
        visitor_id=documented.EDITION_2025.visitor_id,
        website=POCKETGARDEN,
        place=SEOSAN,
        machine=MACBOOK,
        source=YOUTUBE,
        pages=diary.pages,
        goals=diary.goals,
        edition=2025,
        prediction=Prediction(72, 0.0138, 3.089, 0.831),
    )


def _scripts(today: int) -> Visitor:
    diary = Diary(POCKETGARDEN, today, "scripts")
    diary.visit(
        3, "09:14", ("/블로그/다육이-키우기", 140), ("/%EC%8B%9D%EB%AC%BC/%EB%AA%AC%EC%8A%A4%ED%85%8C%EB%9D%BC", 80)
    )
    diary.visit(2, "10:30", ("/ar/نباتات/حديقة-الشرفة", 95), ("/ar/%D8%A3%D8%B3%D8%B9%D8%A7%D8%B1?q=نعناع", 60))
    diary.begin(1, "11:02")
    diary.page("/🌱/🪴-starter-set", 55)
    diary.page("/%F0%9F%8C%B5/?emoji=%F0%9F%98%80&x=%zz", 45)
    diary.goal("newsletter_signup", "뉴스레터 구독 📬")
    identified_at = diary.now
    diary.page("/ja/多肉植物/育て方", 120)
    return Visitor(
        visitor_id=documented.SCRIPTS.visitor_id,
        website=POCKETGARDEN,
        place=Place("Egypt", "EG", "القاهرة", "EG-C", "مدينة نصر", 2),
        machine=ANDROID,
        source=Source("https://www.google.com/", {"utm_source": "instagram", "utm_campaign": "봄 🌸", "ref": "مدونة"}),
        pages=diary.pages,
        goals=diary.goals,
        profile=Profile(
            "pg_서연-١٢٣",
            {"name": "김서연 ليلى 🌿", "company": "شركة الحدائق المعلّقة", "email": "seoyeon@balcony.example"},
            identified_at,
        ),
        prediction=Prediction(55, 0.0187, 2.11, 0.62),
    )


def _low_confidence(today: int) -> Visitor:
    diary = Diary(LUMENKIT, today, "low confidence")
    diary.visit(1, "21:40", ("/pricing", 35), ("/signup", 20))
    return Visitor(
        visitor_id=documented.LOW_CONFIDENCE.visitor_id,
        website=LUMENKIT,
        place=BENGALURU,
        machine=WINDOWS_CHROME,
        source=GITHUB,
        pages=diary.pages,
        prediction=Prediction(79, 0.0734, 51.2, 0.21),
    )


def _no_prediction(today: int) -> Visitor:
    diary = Diary(POCKETGARDEN, today, "no prediction")
    diary.visit(4, "08:09", ("/", 30), ("/care/light", 140))
    diary.visit(1, "08:30", ("/care/light", 60), ("/premium", 45))
    return Visitor(
        visitor_id=documented.NO_PREDICTION.visitor_id,
        website=POCKETGARDEN,
        place=CAIRO,
        machine=ANDROID,
        source=NEWSLETTER,
        pages=diary.pages,
    )


def _cookieless(today: int) -> Visitor:
    diary = Diary(LUMENKIT, today, "cookieless")
    diary.visit(1, "12:12", ("/", 20), ("/docs", 45), ("/pricing", 0))
    return Visitor(
        visitor_id=documented.COOKIELESS.visitor_id,
        website=LUMENKIT,
        place=BERLIN,
        machine=LINUX_FIREFOX,
        source=DIRECT,
        pages=diary.pages,
        activity_changes={"visitCount": 0},
    )


def _old_events(today: int) -> Visitor:
    diary = Diary(POCKETGARDEN, today, "old")
    diary.visit(702, "06:40", ("/", 31), ("/plants", 0))
    nothing = {"region": None, "city": None, "params": None, "adClickIds": None, "device": None, "viewport": None}
    return Visitor(
        visitor_id=documented.OLD_EVENTS.visitor_id,
        website=POCKETGARDEN,
        place=SEOUL,
        machine=IPHONE,
        pages=diary.pages,
        identity_changes=nothing | {"os": {"name": "iOS", "version": None}},
        activity_changes={"visitCount": None, "completedGoals": None, "timeSinceFirstVisit": None},
    )


def _hostile(today: int) -> Visitor:
    script = "<script>alert(1)</script>"
    image = '"><img src=x onerror=alert(2)>'
    link = "javascript:alert(3)"
    diary = Diary(LUMENKIT, today, "hostile")
    diary.begin(2, "10:00")
    diary.page(f"/{script}?q={image}", 30)
    diary.page(link, 30)
    diary.page("//evil.example/{{ 7*7 }}{% debug %}", 30)
    diary.page(f"{image}/=HYPERLINK(1)", 30, timestamp=script)
    diary.page("/no-time", 30, timestamp=None)
    diary.goal(script, image)
    diary.goal("=cmd|' /C calc'!A0", link, timestamp=image)
    diary.provider("payment", description=script, amount=1, currency="<b>")
    diary.goal("javascript:alert(4)", "&lt;b&gt;already escaped&lt;/b&gt;", origin=script)
    software = {"name": script, "version": image}
    return Visitor(
        visitor_id=documented.HOSTILE.visitor_id,
        website=LUMENKIT,
        place=Place(script, "<>", image, "\"'", link, 0),
        machine=LINUX_FIREFOX,
        source=Source(link, {"ref": script, "source": link, "utm_source": image, "utm_campaign": "\u202egnp.exe\x00"}),
        pages=diary.pages,
        goals=diary.goals,
        profile=Profile(
            f"{link}//{script}",
            {
                "name": script,
                "email": f'{image}"@x.example',
                "image": link,
                "company": "</title></textarea>",
                script: image,
            },
            diary.now,
        ),
        prediction=Prediction(50, 0.01, 0.5, 0.5),
        identity_changes={
            "adClickIds": {"gclid": script, "fbclid": link},
            "browser": software,
            "os": software,
            "device": {"type": script, "vendor": image, "model": link},
        },
    )


def stand_in(today: int, website: Website, visitor_id: str) -> Visitor:
    """The visitor behind the documented ids that answer in the end, but slowly or not to the end."""
    diary = Diary(website, today, "stand-in")
    diary.visit(3, "10:10", ("/", 40), ("/pricing", 70), ("/about", 30))
    diary.visit(1, "11:45", ("/", 15), ("/pricing", 95), ("/contact", 60))
    diary.goal("contact_form_sent", "Sent the contact form")
    return Visitor(
        visitor_id=visitor_id,
        website=website,
        place=LONDON,
        machine=WINDOWS_EDGE,
        source=GOOGLE,
        pages=diary.pages,
        goals=diary.goals,
        prediction=Prediction(52, 0.0144, 9.3, 0.58),
    )
