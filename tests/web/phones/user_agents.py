"""What phones, desktops and programs call themselves, by whom they are: the corpus of the tests about visitors."""

from collections.abc import Mapping

from wallet_service.web.phones.visitors import Visitor

IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
DROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = "Chrome/142.0.0.0"

USER_AGENTS: Mapping[Visitor, Mapping[str, str]] = {
    Visitor.IPHONE: {
        "Safari": f"{IOS} Version/18.5 Mobile/15E148 Safari/604.1",
        "Chrome": f"{IOS} CriOS/142.0.7444.60 Mobile/15E148 Safari/604.1",
        "Yandex": f"{IOS} Version/18.5 YaBrowser/25.8.2.470.10 SA/3 Mobile/15E148 Safari/604.1",
        "Telegram": f"{IOS} Version/18.5 Mobile/15E148 Safari/604.1 Telegram-iOS/11.9",
        "WhatsApp's own browser": f"{IOS} Mobile/22F76 WhatsApp/25.20.79",
        "Instagram": f"{IOS} Mobile/22F76 Instagram 390.0.0.29.81 (iPhone15,2; iOS 18_5; en_US; en; scale=3.00; 1179x2556)",
        "Facebook": f"{IOS} Mobile/22F76 [FBAN/FBIOS;FBAV/520.0.0.38.101;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.5]",
        "VK": f"{IOS} Mobile/15E148 com.vk.vkclient/3451 (iPhone, iOS 18.5, iPhone15,2, Scale/3.0)",
        "iPod touch": "Mozilla/5.0 (iPod touch; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1",
    },
    Visitor.ANDROID: {
        "Chrome": f"{DROID} {CHROME} Mobile Safari/537.36",
        "Chrome on a tablet": f"{DROID} {CHROME} Safari/537.36",
        "Firefox": "Mozilla/5.0 (Android 14; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
        "Samsung": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        "Yandex": "Mozilla/5.0 (Linux; arm_64; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 YaBrowser/25.8.1.90.00 SA/3 Mobile Safari/537.36",
        "Mi": "Mozilla/5.0 (Linux; U; Android 14; ru-ru; 23049PCD8G Build/UKQ1.230804.001) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.22.1-gn",
        "Telegram": f"{DROID} {CHROME} Mobile Safari/537.36 Telegram-Android/11.9.1 (Samsung SM-S918B; Android 14; SDK 34; HIGH)",
        "Instagram": "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36 Instagram 390.0.0.43.81 Android (34/14; 480dpi; 1080x2115; samsung; SM-S918B)",
        "VK": "Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36 VKAndroidApp/8.130-27000",
        "Huawei with Google": "Mozilla/5.0 (Linux; Android 10; ELE-L29; HMSCore 6.13.0.302; GMSCore 24.05.14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36",
        "a Cubot, which is no bot": "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
    },
    Visitor.PHONE: {
        "Huawei without Google": "Mozilla/5.0 (Linux; Android 10; JNY-LX1; HMSCore 6.13.0.302) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36",
        "HarmonyOS NEXT": "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.1.0.300",
        "KaiOS": "Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
        "Windows Phone": "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063",
        "Tizen": "Mozilla/5.0 (Linux; Tizen 2.3; SAMSUNG SM-Z130H) AppleWebKit/537.3 (KHTML, like Gecko) SamsungBrowser/1.1 Mobile Safari/537.3",
        "Kindle": "Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/130.3.5 like Chrome/130.0.6723.102 Safari/537.36",
        "something new": "Mozilla/5.0 (Fridge; rv:1.0) Engine/1.0",
    },
    Visitor.DESKTOP: {
        "Chrome on Windows": f"{WINDOWS} {CHROME} Safari/537.36",
        "Edge": f"{WINDOWS} {CHROME} Safari/537.36 Edg/142.0.0.0",
        "Yandex": f"{WINDOWS} Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36",
        "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        "Safari on a Mac, or on an iPad": f"{MAC} Version/18.5 Safari/605.1.15",
        "Chromebook": "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        "an iPad that says so": "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        "Viber's own browser": f"{WINDOWS} {CHROME} Safari/537.36 Viber/25.0",
    },
    Visitor.PREVIEW: {
        "WhatsApp": "WhatsApp/2.25.20.79 A",
        "Telegram": "TelegramBot (like TwitterBot)",
        "Viber": "Viber/25.0.0.5 CFNetwork/1568.300.101 Darwin/24.2.0",
        "iMessage": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Meta": "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
        "VK": "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Odnoklassniki": "Mozilla/5.0 (compatible; OdklBot/1.0 like Linux; klass@odnoklassniki.ru)",
        "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slack's images": "Slack-ImgProxy (+https://api.slack.com/robots)",
        "Twitter": "Twitterbot/1.0",
        "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "Teams and Skype": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        "Line": "facebookexternalhit/1.1;line-poker/1.0",
        "KakaoTalk": "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984",
        "Bluesky": "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
        "Gmail's images": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "Yahoo mail": "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        "Google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Google, as a phone": "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Google's advertisements": "AdsBot-Google (+http://www.google.com/adsbot.html)",
        "Apple, as an iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Mobile/15E148 Safari/604.1 (Applebot/0.1; +http://www.apple.com/go/applebot)",
        "Bing": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
        "Yandex": "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mail.ru": "Mozilla/5.0 (compatible; Linux x86_64; Mail.RU_Bot/2.0; +http://go.mail.ru/help/robots)",
        "Baidu": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        "Lighthouse": f"{DROID} {CHROME} Mobile Safari/537.36 Chrome-Lighthouse",
    },
    Visitor.PROGRAM: {
        "curl": "curl/8.11.0",
        "Python": "python-httpx2/2.16.2",
        "iOS itself": "passd/1.0 CFNetwork/1568.300.101 Darwin/24.2.0",
        "nobody": "",
    },
}
