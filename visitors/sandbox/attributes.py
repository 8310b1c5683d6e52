"""Places, devices and sources of the visitors: plausible, and of no real person."""

from visitors.sandbox.visitor import Machine, Place, Source

NEW_YORK = Place("United States", "US", "New York", "US-NY", "New York", -5)
SAN_FRANCISCO = Place("United States", "US", "California", "US-CA", "San Francisco", -8)
AUSTIN = Place("United States", "US", "Texas", "US-TX", "Austin", -6)
CHICAGO = Place("United States", "US", "Illinois", "US-IL", "Chicago", -6)
TORONTO = Place("Canada", "CA", "Ontario", "CA-ON", "Toronto", -5)
SAO_PAULO = Place("Brazil", "BR", "São Paulo", "BR-SP", "São Paulo", -3)
LONDON = Place("United Kingdom", "GB", "England", "GB-ENG", "London", 0)
DUBLIN = Place("Ireland", "IE", "Leinster", "IE-L", "Dublin", 0)
LISBON = Place("Portugal", "PT", "Lisbon", "PT-11", "Lisbon", 0)
MADRID = Place("Spain", "ES", "Madrid", "ES-MD", "Madrid", 1)
PARIS = Place("France", "FR", "Île-de-France", "FR-IDF", "Paris", 1)
BERLIN = Place("Germany", "DE", "Berlin", "DE-BE", "Berlin", 1)
MUNICH = Place("Germany", "DE", "Bavaria", "DE-BY", "Munich", 1)
AMSTERDAM = Place("Netherlands", "NL", "North Holland", "NL-NH", "Amsterdam", 1)
WARSAW = Place("Poland", "PL", "Mazovia", "PL-14", "Warsaw", 1)
STOCKHOLM = Place("Sweden", "SE", "Stockholm", "SE-AB", "Stockholm", 1)
CAIRO = Place("Egypt", "EG", "Cairo", "EG-C", "Cairo", 2)
LAGOS = Place("Nigeria", "NG", "Lagos", "NG-LA", "Lagos", 1)
DUBAI = Place("United Arab Emirates", "AE", "Dubai", "AE-DU", "Dubai", 4)
BENGALURU = Place("India", "IN", "Karnataka", "IN-KA", "Bengaluru", 5)
MUMBAI = Place("India", "IN", "Maharashtra", "IN-MH", "Mumbai", 5)
SINGAPORE = Place("Singapore", "SG", None, None, "Singapore", 8)
SEOUL = Place("South Korea", "KR", "Seoul", "KR-11", "Seoul", 9)
BUSAN = Place("South Korea", "KR", "Busan", "KR-26", "Busan", 9)
SEOSAN = Place("South Korea", "KR", "South Chungcheong", "KR-44", "Seosan City", 9)
TOKYO = Place("Japan", "JP", "Tokyo", "JP-13", "Tokyo", 9)
OSAKA = Place("Japan", "JP", "Osaka", "JP-27", "Osaka", 9)
SYDNEY = Place("Australia", "AU", "New South Wales", "AU-NSW", "Sydney", 10)
HELSINKI = Place("Finland", "FI", None, None, None, 2)

WESTERN = (
    *(NEW_YORK, SAN_FRANCISCO, AUSTIN, CHICAGO, TORONTO, LONDON, BERLIN, NEW_YORK, SAN_FRANCISCO, LONDON),
    *(SAO_PAULO, DUBLIN, LISBON, MADRID, PARIS, MUNICH, AMSTERDAM, WARSAW, STOCKHOLM, HELSINKI),
    *(LAGOS, BENGALURU, MUMBAI, SINGAPORE, SYDNEY, TOKYO),
)
EASTERN = (
    *(SEOUL, SEOUL, SEOUL, SEOUL, BUSAN, BUSAN, SEOSAN, TOKYO, TOKYO, OSAKA, SINGAPORE, SYDNEY),
    *(DUBAI, CAIRO, BENGALURU, BERLIN, PARIS, LONDON, SAN_FRANCISCO, NEW_YORK),
)

MACBOOK = Machine("Chrome", "142.0.0.0", "Mac OS", "10.15.7", "desktop", "Apple", "Macintosh", 1728, 998)
MACBOOK_SAFARI = Machine("Safari", "26.0", "Mac OS", "10.15.7", "desktop", "Apple", "Macintosh", 1440, 812)
WINDOWS_CHROME = Machine("Chrome", "142.0.0.0", "Windows", "10", "desktop", None, None, 1920, 945)
WINDOWS_EDGE = Machine("Edge", "142.0.0.0", "Windows", "10", "desktop", None, None, 1536, 730)
LINUX_FIREFOX = Machine("Firefox", "145.0", "Linux", "x86_64", "desktop", None, None, 1856, 1011)
IPHONE = Machine("Mobile Safari", "26.0", "iOS", "26.0", "mobile", "Apple", "iPhone", 393, 659)
ANDROID = Machine("Mobile Chrome", "142.0.0.0", "Android", "15", "mobile", "Samsung", "SM-S921B", 384, 701)
PIXEL = Machine("Mobile Chrome", "141.0.0.0", "Android", "16", "mobile", "Google", "Pixel 9", 412, 785)
IPAD = Machine("Mobile Safari", "18.6", "iPadOS", "18.6", "tablet", "Apple", "iPad", 820, 1106)

OFFICE = (
    *(MACBOOK, MACBOOK, MACBOOK, MACBOOK_SAFARI, WINDOWS_CHROME, WINDOWS_CHROME, WINDOWS_EDGE, LINUX_FIREFOX),
    *(IPHONE, ANDROID),
)
POCKET = (IPHONE, IPHONE, IPHONE, ANDROID, ANDROID, PIXEL, IPAD, MACBOOK, WINDOWS_CHROME)

DIRECT = Source()
GOOGLE = Source("https://www.google.com/")
HACKER_NEWS = Source("https://news.ycombinator.com/", {"ref": "news.ycombinator.com"})
YOUTUBE = Source("https://www.youtube.com/", {"ref": "youtube.com"})
GITHUB = Source("https://github.com/", {"ref": "github.com"})
PARTNER = Source("https://indiestack.example/tools", {"via": "indiestack", "source": "directory"})
NEWSLETTER = Source(
    None, {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "autumn-launch", "utm_content": "hero"}
)
GOOGLE_ADS = Source(
    "https://www.google.com/",
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand-search", "utm_term": "product analytics"},
    {"gclid": "EAIaIQobChMI-sandbox-click-id", "gclsrc": "aw.ds"},
)
LINKEDIN_ADS = Source(
    "https://www.linkedin.com/",
    {
        "utm_source": "linkedin",
        "utm_medium": "paid-social",
        "utm_campaign": "heads-of-growth",
        "utm_content": "video-b",
    },
    {"li_fat_id": "0a1b2c3d-sandbox-linkedin"},
)
FACEBOOK_ADS = Source(
    "https://l.instagram.com/",
    {"utm_source": "instagram", "utm_medium": "paid-social", "utm_campaign": "spring-balcony"},
    {"fbclid": "IwAR0-sandbox-click-id"},
)
TIKTOK_ADS = Source(
    "https://www.tiktok.com/",
    {"utm_source": "tiktok", "utm_medium": "paid-social", "utm_campaign": "plant-rescue"},
    {"ttclid": "E.C.P.sandbox-click-id"},
)
SOURCES = (
    *(DIRECT, DIRECT, DIRECT, GOOGLE, GOOGLE, GOOGLE, HACKER_NEWS, YOUTUBE, GITHUB, PARTNER, NEWSLETTER),
    *(GOOGLE_ADS, LINKEDIN_ADS, FACEBOOK_ADS, TIKTOK_ADS),
)
