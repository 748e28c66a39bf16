"""The ceiling of an instrument: min(rate x base, cap), in whole yuan, for whoever shows one beside an amount."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.calculator.instruments import TEN_THOUSANDTHS, Instrument, instruments


@dataclass(frozen=True)
class Ceiling:
    """The most that the plan allows; never what somebody will get. All amounts in whole yuan.

    ``share`` is rate x base; it and ``base`` are nothing where the plan states only a cap, and then ``amount`` is that cap.
    """

    instrument: Instrument
    amount: int
    base: int | None = None
    share: int | None = None

    @property
    def is_capped(self) -> bool:
        """Whether rate x base goes beyond the cap, so that the cap is what counts."""
        return self.share is not None and self.share > self.instrument.cap


def ceiling(instrument: str | Instrument, base: int | None = None) -> Ceiling:
    """The ceiling for a base in whole yuan; ``ValueError`` for a negative base, or a missing one where a rate is stated.

    The plan says 最高 … 且不超过 …: a sum above rate x base would exceed it, so what is left of a yuan is dropped and never
    rounded up. Integers throughout; the plan's rates are whole percentages, so nothing else is lost. Whether the plan
    holds on a day is ``plan().holds_on``.
    """
    chosen = instruments()[instrument] if isinstance(instrument, str) else instrument
    if chosen.rate is None:
        return Ceiling(chosen, chosen.cap)
    if base is None or base < 0:
        raise ValueError(f"{chosen.key} is a share of a base of 0 yuan or more")
    share = base * chosen.rate // TEN_THOUSANDTHS
    return Ceiling(chosen, min(share, chosen.cap), base, share)
