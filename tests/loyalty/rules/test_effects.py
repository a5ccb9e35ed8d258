"""What mechanics give, and how it is rounded."""

from tests.loyalty.rules.play import buy, goods, happening, line, mechanic, play, rules, take
from wallet_service.loyalty.rules.assortment import KINDS
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import (
    Beneficiary,
    Counted,
    GiveOffer,
    Grant,
    Life,
    Limits,
    Measure,
    Multiply,
    Percent,
    SendMessage,
)
from wallet_service.loyalty.rules.rulebook import Spending
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.verdict import Gift, Hook, Points


def test_a_share_is_of_what_was_paid_in_money_rounded_down_once():
    assert play(mechanic(Percent(1500)), buy(0, line(price=999)), buy(1, line(price=999), paid=500)) == [149, 75]
    three = line(price=333), line("coffee", price=333), line("cake", price=333)
    assert play(mechanic(Percent(1000)), buy(0, *three)) == [99]


def test_a_point_that_pays_more_is_given_less_often():
    dear = rules(mechanic(Percent(1000)), spending=Spending(worth=100))
    assert play(dear, buy(0, line(price=12_345))) == [12]


def test_money_is_shared_over_the_lines_by_what_they_cost():
    coffee = mechanic(Percent(1000, goods("coffee", skus=["x"])))
    lines = line("coffee", 2, 150), line("tea", 1, 600), line("cake", 1, 150, sku="x", discount=50)
    assert play(coffee, buy(0, *lines)) == [40]
    assert play(coffee, buy(0, *lines, paid=500)) == [20]


def test_goods_that_give_no_points_give_none_and_carry_their_share_of_the_money_all_the_same():
    lines = line("tobacco", 1, 700), line("tea", 1, 300), line("tea", 1, 500, sku="card")
    some = rules(mechanic(Percent(1000)), unearning=goods("tobacco", skus=["card"]))
    assert play(some, buy(0, *lines), buy(1, *lines, paid=750), buy(2, lines[0])) == [30, 15, 0]


def test_a_purchase_that_says_no_lines_is_of_something_that_nobody_names():
    bare = happening(Trigger.PURCHASE, paid=1000)
    assert play(mechanic(Percent(1000)), bare) == [100]
    assert play(mechanic(Percent(1000, goods("tea"))), bare) == [0]


def test_what_cost_nothing_gives_no_share():
    assert play(mechanic(Percent(1000)), buy(0, line(price=0)), buy(1, line(discount=100))) == [0, 0]


def test_multiplying_adds_to_all_shares_of_this_purchase_wherever_it_stands_in_the_file():
    twice = mechanic(Multiply(20_000, Life(30)), name="twice")
    five, two = mechanic(Percent(500), name="five"), mechanic(Percent(200), Grant(1), name="two")
    verdict = take(rules(twice, five, two), Standing(), buy(0, line(price=1010)))
    assert [(each.mechanic, each.points) for each in verdict.points] == [
        ("five", 50),
        ("two", 20),
        ("two", 1),
        ("twice", 70),
    ]
    assert verdict.points[-1].life == Life(30)


def test_multiplying_rounds_down_once_and_nothing_stays_nothing():
    more = mechanic(Multiply(15_000), name="more")
    standing = Standing()
    assert play(rules(more, mechanic(Percent(1000))), buy(0, line(price=110)), standing=standing) == [16]
    assert play(rules(more), buy(1), standing=standing) == [0]
    assert standing.done["more"].times == 1


def test_a_mechanic_may_give_a_share_and_multiply_at_once():
    assert play(mechanic(Multiply(30_000), Percent(1000)), buy(0, line(price=100))) == [30]


def test_what_is_multiplied_is_what_was_given_after_limits():
    capped = mechanic(Percent(5000), name="capped", limits=Limits(most=10))
    assert play(rules(mechanic(Multiply(20_000)), capped), buy(0, line(price=100))) == [20]


def test_multiples_come_to_at_once_multiply_grants_and_gifts_but_neither_shares_nor_messages():
    every = [Counted(Measure.QUANTITY, every=2)]
    all_of_it = mechanic(Grant(5), Percent(1000), GiveOffer("tea"), SendMessage("well done"), when=every)
    verdict = take(rules(all_of_it), Standing(), buy(0, line(quantity=4, price=100)))
    assert [each.points for each in verdict.points] == [10, 40]
    assert verdict.gifts == [Gift("it", "tea"), Gift("it", "tea")]
    assert verdict.hooks == [Hook("it", "well done")]


def test_points_live_as_long_as_their_effect_says():
    life = Life(30, 1)
    verdict = take(rules(mechanic(Grant(5, life), Percent(100, life=life))), Standing(), buy(0, line(price=1000)))
    assert verdict.points == [Points("it", 5, life), Points("it", 10, life)]


def test_who_brought_a_friend_is_given_something_only_where_there_is_such_a_one():
    friends = mechanic(Grant(200), Grant(300, to=Beneficiary.REFERRER))
    assert play(friends, buy(0)) == [200]
    verdict = take(rules(friends), standing := Standing(), buy(0, referred=True))
    assert [(each.points, each.to) for each in verdict.points] == [
        (200, Beneficiary.MEMBER),
        (300, Beneficiary.REFERRER),
    ]
    assert standing.points == 200


def test_a_flood_of_article_numbers_is_answered_and_not_kept():
    some, flood = rules(mechanic(Percent(1000, goods("tea")))), KINDS // 100 + 1
    standing = Standing()
    for number in range(flood):
        lines = [line("tea", sku=f"{number}-{each}") for each in range(100)]
        assert play(some, buy(0, *lines, occasion=str(number)), standing=standing) == [1000]
    assert len(some.assortment._kinds) <= KINDS
