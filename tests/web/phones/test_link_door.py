"""Rule 19 and the link that puts a card on a phone."""

from itertools import islice

from tests.people import Brand
from tests.web.phones.scene import Card, Door, trace
from wallet_service.simulators.pass_reader import MEDIA_TYPE


async def test_rule_19_a_link_is_a_plain_get_of_a_pass(door: Door, anna: Card) -> None:
    answer = await door.site.client.get(anna.link, follow_redirects=False)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, MEDIA_TYPE)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="card.pkpass"'
    assert answer.headers["Content-Encoding"] == "identity"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert int(answer.headers["Content-Length"]) == len(answer.content)


async def test_rule_19_a_link_may_be_opened_any_number_of_times(door: Door, burger_heroes: Brand, anna: Card) -> None:
    before = await burger_heroes.till.card(anna.id)

    files = {(await door.site.client.get(anna.link)).content for _ in range(3)}

    assert len(files) == 1
    assert await burger_heroes.till.card(anna.id) == before
    assert await trace(door.site.service.database, anna.id) == {}


async def test_a_link_may_end_like_a_file(door: Door, anna: Card) -> None:
    plain, named = [await door.site.client.get(link) for link in (anna.link, f"{anna.link}.pkpass")]

    assert named.content == plain.content


async def test_head_of_a_link_is_get_without_the_body(door: Door, anna: Card) -> None:
    got, head = await door.site.client.get(anna.link), await door.site.client.head(anna.link)

    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


async def test_a_link_with_a_wrong_token_leads_nowhere(door: Door, anna: Card, boris: Card) -> None:
    """Whether the card exists or not: nothing can be learnt from the answer."""
    base, token = anna.link.rsplit(".", 1)
    wrong = [
        base,
        f"{base}.",
        f"{base}.{token[:-1]}",
        f"{base}.{token}A",
        f"{base}.{token.upper()}",
        f"{base}.{anna.token}",
        f"{base}.{boris.link.rsplit('.', 1)[1]}",
        f"{base[:-1]}{'y' if base.endswith('z') else 'z'}.{token}",
        f"{anna.link}/",
        f"{anna.link}.pkpass.pkpass",
        f"{door.site.base_url}/c/",
        f"{door.site.base_url}/c/%2e%2e",
    ]

    answers = {link: await door.site.client.get(link) for link in wrong}

    assert {link: answer.status_code for link, answer in answers.items()} == dict.fromkeys(wrong, 404)
    assert {answer.text for answer in answers.values()} == {"There is no card here.\n"}


async def test_links_of_members_share_nothing_that_could_be_counted_up(anna: Card, boris: Card) -> None:
    first, second = (card.link.rsplit(".", 1)[1] for card in (anna, boris))
    alike = sum(a == b for a, b in islice(zip(first, second, strict=True), len("1-"), None))

    assert len(first) >= 32
    assert alike < 10


async def test_the_link_of_a_withdrawn_card_is_gone(door: Door, burger_heroes: Brand, anna: Card) -> None:
    await burger_heroes.till.call("POST", f"/v1/cards/{anna.id}/void")

    answers = [await door.site.client.request(method, anna.link) for method in ("GET", "HEAD")]
    fetched = await door.fetch(anna)

    assert [answer.status_code for answer in answers] == [410, 410]
    assert answers[0].text == "This card was withdrawn.\n"
    assert fetched.status_code == 200


async def test_a_link_takes_no_other_method(door: Door, anna: Card) -> None:
    answers = [await door.site.client.request(method, anna.link) for method in ("POST", "PUT", "DELETE", "OPTIONS")]

    assert {(answer.status_code, answer.headers["Allow"]) for answer in answers} == {(405, "GET, HEAD")}
