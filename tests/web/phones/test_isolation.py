"""Another brand's secrets at the phones' doors: they open nothing. The routes are read from the doors themselves."""

import ast
import inspect
from itertools import product

from tests.conftest import Site
from tests.people import ANNA, BORIS, OTHER_PASS_TYPE, PASS_TYPE, Brand
from tests.web.phones.scene import IPHONE, PUSH_TOKEN, TABLET, Answer, Card, Door, issue, shows
from wallet_service.web.phones.apple import PhoneDoor
from wallet_service.web.phones.link import LinkDoor
from wallet_service.web.phones.web_card_rooms import Rooms

LEAVES = ("push", "card.webmanifest", "icon.png", "apple-en.svg")
"""Addresses below a link."""

REGISTRATION = "/apple/v1/devices/{device}/registrations/{pass_type}/{serial}"

HEARD = {
    ("POST", REGISTRATION): 401,
    ("DELETE", REGISTRATION): 401,
    ("GET", "/apple/v1/passes/{pass_type}/{serial}"): 401,
    ("HEAD", "/apple/v1/passes/{pass_type}/{serial}"): 401,
    ("GET", "/apple/v1/devices/{device}/registrations/{pass_type}"): 204,  # open: a device hears of its own cards
    ("HEAD", "/apple/v1/devices/{device}/registrations/{pass_type}"): 204,
    ("POST", "/apple/v1/log"): 200,  # open, and tells nothing
    ("GET", "/c/{name}"): 404,
    ("HEAD", "/c/{name}"): 404,
    ("GET", "/c/{name}/{leaf}"): 404,
    ("HEAD", "/c/{name}/{leaf}"): 404,
    ("POST", "/c/{name}/{leaf}"): 404,
    ("DELETE", "/c/{name}/{leaf}"): 404,
}
"""Method and route -> what a stranger hears there."""


def forms(door: type) -> set[str]:
    """The forms of the paths that a door matches, from its own `case` lines."""
    cases = (node.pattern for node in ast.walk(ast.parse(inspect.getsource(door))) if isinstance(node, ast.match_case))
    return {"/" + "/".join(map(_segment, case.patterns)) for case in cases if isinstance(case, ast.MatchSequence)}


def _segment(pattern: ast.pattern) -> str:
    match pattern:
        case ast.MatchValue(value=ast.Constant(value=str(word))):
            return word
        case ast.MatchAs(name=str(name)):
            return f"{{{name}}}"
    return "{name}"


def methods(form: str) -> list[str]:
    """What Apple's door takes at a path of this form."""
    return list(PhoneDoor.place(form.split("/")[1:])[0])


def link_methods(form: str) -> set[str]:
    """What the door of links takes at a path of this form."""
    acts = Rooms(None, None).acts  # type: ignore[arg-type]  # it lists what can be done, and does nothing
    return {method for leaf in LEAVES for method in acts(leaf)} if "{leaf}" in form else {"GET", "HEAD"}


def test_every_route_of_the_phones_doors_has_its_place_in_the_matrix() -> None:
    apple = {(method, form) for form in forms(PhoneDoor) for method in methods(form)}
    links = {(method, form) for form in forms(LinkDoor) for method in link_methods(form)}

    assert apple | links == HEARD.keys()


def credentials(boris: Card, coffee_corner: Brand) -> list[dict[str, str]]:
    """Whatever the other brand and its customers can show."""
    return [{}, shows(boris), {"Authorization": f"Bearer {coffee_corner.key}"}, shows(boris, coffee_corner.key)]


def places(form: str, anna: Card, boris: Card) -> set[str]:
    """Every way to aim at Anna's card from outside."""
    name = f"{anna.id}.{boris.link.rpartition('.')[2]}"
    types = (OTHER_PASS_TYPE,) if form.endswith("{pass_type}") else (PASS_TYPE, OTHER_PASS_TYPE)
    return {
        form.format(device=device, pass_type=pass_type, serial=anna.id, name=name, leaf=leaf)
        for device, pass_type, leaf in product((IPHONE, TABLET), types, LEAVES)
    }


async def test_another_brands_secrets_open_nothing(
    site: Site, burger_heroes: Brand, coffee_corner: Brand, door: Door
) -> None:
    anna, boris = await issue(site, burger_heroes, ANNA), await issue(site, coffee_corner, BORIS)
    assert (await door.register(anna)).status_code == 201

    for (method, form), status in HEARD.items():
        for path, headers in product(places(form, anna, boris), credentials(boris, coffee_corner)):
            answer = await site.client.request(method, site.base_url + path, headers=headers, content=BODY)
            assert answer.status_code == status, (method, path, headers)
            assert_tells_nothing(answer, anna, burger_heroes)

    calls = [await door.fetch(anna), await door.unregister(anna)]
    assert [call.status_code for call in calls] == [200, 200]


BODY = b'{"pushToken": "%s", "logs": []}' % PUSH_TOKEN.encode()


def assert_tells_nothing(answer: Answer, anna: Card, brand: Brand) -> None:
    """The answer holds none of the secrets, and none of the names."""
    said = answer.text + str(answer.headers)
    assert not [word for word in (anna.token, anna.link, brand.key, "Anna", brand.id) if word in said]
