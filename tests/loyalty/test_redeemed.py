"""What codes leave to be paid of a receipt."""

from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.redeemed import ORIGIN, Redeemed, by_rules, net

COFFEE, CAKE = Line("latte", "coffee", 2, 300, 50), Line("cake", "cakes", 1, 400)
TENTH = Redeemed("red_1", "tenth", "TEN", 95, (55, 40))
FIVE = Redeemed("red_2", "five", "FIVE", 500, (495, 5))
GIFT = Redeemed("red_3", "gift", "GIFT", gift="latte")


def test_without_a_discount_lines_are_what_the_till_said() -> None:
    lines = [COFFEE, CAKE]
    assert net(lines, []) is lines
    assert net(lines, [GIFT]) is lines


def test_each_line_bears_its_share_of_every_discount() -> None:
    assert [line.total for line in net([COFFEE, CAKE], [TENTH, GIFT])] == [495, 360]
    assert [line.total for line in net([COFFEE, CAKE], [TENTH, FIVE])] == [0, 355]
    assert net([COFFEE], [Redeemed("red_4", "one", "ONE", 1, (1,))]) == [COFFEE._replace(discount=51)]


def test_points_that_a_code_brought_were_not_earned() -> None:
    assert by_rules([("base", 1, 45), (ORIGIN + "base", 2, 100), ("first", 3, 7)]) == 52
