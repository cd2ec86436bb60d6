"""Guard: the steps of a payment make sense one after the other, and no figure is out of its range."""

from __future__ import annotations

from decimal import Decimal

from clausula.checking.ground import Ground
from clausula.money import PPM
from clausula.plan import Benefit, Ending, Requirement, Rule, Step

OLDEST = 150
"""Nobody is older, so an age above it is a slip."""


def guard(ground: Ground) -> None:
    """Look at every calculation of the plan's own rules."""
    for rule in ground.own:
        for step in ground.steps(rule):
            _shares(ground, rule, step)
            _floor(ground, rule, step)
    for benefit in ground.rules(Benefit):
        _order(ground, benefit)
    for requirement in ground.rules(Requirement):
        if requirement.reduced is not None and requirement.reduced > PPM:
            _too_much(ground, requirement)
    for ending in ground.rules(Ending):
        if ending.age > OLDEST:
            ground.wrong(
                "impossible-value",
                f"nobody becomes {ending.age} years old",
                ground.spot(ending.place, "age"),
                "write an age",
            )


def _shares(ground: Ground, rule: Rule, step: Step) -> None:
    of_payment = 0 if step.verb == "share" else step.share or 0
    if any(share > PPM for share in [of_payment, *(band.share for band in step.bands)]):
        _too_much(ground, rule)
    elif (step.share or 0) > PPM:
        message = "a share above 100 % pays more than it is taken of"
        ground.warn(
            "share-over-100", message, ground.spot(rule.place, "share"), "is it meant as a multiple of a tariff?"
        )


def _too_much(ground: Ground, rule: Rule) -> None:
    ground.wrong("share-over-100", "a share lies above 100 %", ground.spot(rule.place, "share"), "write at most 100 %")


def _floor(ground: Ground, rule: Rule, step: Step) -> None:
    if step.at_least is not None and step.at_most is not None and step.at_least > step.at_most:
        message = f"the floor of {step.at_least} lies above the ceiling of {step.at_most}"
        ground.wrong(
            "floor-above-ceiling", message, ground.spot(rule.place, "at_least"), "turn at_least and at_most round"
        )
    last = step.bands[-1].high if step.bands and step.verb == "member_pays" else None
    if last is not None:
        message = f"the bands end at {last}; above that the member bears nothing"
        mend = 'end with a band without up_to: { share = "0 %" }'
        ground.warn("bands-end", message, ground.spot(rule.place, "up_to"), mend)


def _order(ground: Ground, benefit: Benefit) -> None:
    """Steps that undo or never reach each other."""
    limited = False
    empty = False
    for number, step in enumerate(ground.calculation(benefit)):
        word = _word(benefit, number, step)
        place = ground.spot(benefit.place, word)
        if empty:
            message = f"after a step that leaves nothing, {step.verb} changes nothing"
            ground.wrong("step-after-nothing", message, place, "take the step away, or put it before")
            break
        if step.verb == "deductible" and limited:
            message = "the deductible comes after a limit, so the limit is used up by what the member bears"
            ground.warn(
                "deductible-after-limit", message, place, "put the deductible before the limit, unless the text says so"
            )
        if step.verb in ("amount", "of") and number and not (step.when or step.unless):
            message = f"{step.verb} sets the amount anew; the steps before it count for nothing"
            ground.warn("starts-anew", message, place, f"put {step.verb} first")
        if step.verb == "member_at_most" and number == 0:
            message = "member_at_most caps what the steps before it let the member bear, and there are none"
            ground.wrong("nothing-to-cap", message, place, "put it after deductible, member_pays or less")
        limited = limited or step.verb == "at_most"
        empty = _leaves_nothing(step)


def _word(benefit: Benefit, number: int, step: Step) -> str:
    entry = (benefit.pays or ())[number] if number < len(benefit.pays or ()) else step.verb
    return entry if isinstance(entry, str) else step.verb


def _leaves_nothing(step: Step) -> bool:
    """Whether nothing is left for any line after this step."""
    if step.when or step.unless:
        return False
    zero = isinstance(step.value, Decimal) and step.value == 0
    return (
        step.verb == "nothing"
        or (step.verb == "share" and step.share == 0)
        or (step.verb in ("at_most", "amount") and zero)
    )
