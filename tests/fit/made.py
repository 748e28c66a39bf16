"""Invented needs and products by seed: every kind of value, variants, conditions, evidence, words."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from marketplace.fit.needs import Level, Need, Requirement
from marketplace.fit.offers import Evidence, Offer, Specification, Track
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Parameter, Value, parameters, parse
from marketplace.vocabulary.terms import domains

TODAY = date(2026, 3, 2)
COMMS = ("5G", "Wi-Fi", "wi-fi", "VDA 5050", "ROS 2", "OPC UA", "LoRa", "蓝牙", "4G")
VARIANTS = ("双指夹爪", "真空吸盘", "加高背板")
_WORDS = """
    料箱 搬运 分拣 快件 冷库 拣选 巡检 热轧 车间 线束 插接 罐区 泄漏 阀门 机场 问询 引领 夜间 巡逻 药品 标本 转运 乘梯 病区 移位
    助行 护理 清洁 归位 公租房 长者 看护 跌倒 报警 机器人 通道 调度 仓库 超市 补货 导览 消毒 配送 装配 焊接 喷涂 上下料 码垛 拆垛
    叉车 货架 托盘 冷链 医院 养老院 社区 地铁 商场 酒店 园区 隧道 变电站 管廊 船厂 码头 实验室
"""
WORDS = tuple(_WORDS.split())


@lru_cache(maxsize=1)
def values() -> dict[str, tuple[Value, ...]]:
    """Thirty values of each parameter, the same every time."""
    found = {}
    for p in parameters().values():
        dice = random.Random(p.key)
        found[p.key] = tuple(_value(p, dice) for _ in range(30))
    return found


def _value(p: Parameter, dice: random.Random) -> Value:
    low, high = p.bounds
    low, high = max(low, -20), min(high, 1000 if p.unit != "percent" else 100)
    counted = dice.choice(p.counted) if p.counted else ""
    figure = round(dice.uniform(low, high), dice.choice((0, 0, 1, 2)))
    figure = min(max(figure, low), high)
    if p.kind == "number":
        return parse(p, f"{figure:f}", counted=counted)
    if p.kind == "range":
        other = min(max(round(dice.uniform(low, high)), low), high)
        return parse(p, f"{min(figure, other):f}~{max(figure, other):f}")
    if p.kind == "bool":
        return parse(p, dice.choice(("yes", "yes", "no")))
    if p.kind == "ordinal":
        return parse(p, dice.choice(p.values))
    if p.kind == "ip":
        return parse(p, f"IP{dice.choice('23456X')}{dice.choice('0345678X')}")
    if p.kind == "ex":
        if dice.random() < 0.7:
            return parse(
                p, f"Ex {dice.choice(('IIA', 'IIB', 'IIC'))} T{dice.randint(1, 6)} {dice.choice(('Ga', 'Gb', 'Gc'))}"
            )
        hot = dice.choice((80, 135, 200))
        return parse(p, f"Ex {dice.choice(('IIIA', 'IIIB', 'IIIC'))} T{hot}°C {dice.choice(('Da', 'Db', 'Dc'))}")
    options = tuple(p.options) or COMMS
    return parse(p, ", ".join(dice.sample(options, dice.randint(1, min(4, len(options))))))


def _kind(dice: random.Random) -> tuple[str, list[str]]:
    domain = dice.choice(list(domains()))
    return domain, [task.key for task in domains()[domain].tasks]


def _text(dice: random.Random, words: Sequence[str], count: int) -> Text:
    return Text.of("，".join(dice.choice(words) for _ in range(count)))


def offer(number: int, *, stated: float = 0.4, words: Sequence[str] = WORDS) -> Offer:
    """The product of that number."""
    dice = random.Random(f"offer {number}")
    known = values()
    lines = [_line(dice, key, "") for key in known if dice.random() < stated]
    for variant in VARIANTS[: dice.choice((0, 0, 0, 1, 2))]:
        lines += [_line(dice, key, variant) for key in dice.sample(list(known), dice.randint(1, 6))]
    domain, tasks = _kind(dice)
    return Offer(
        id=number,
        vendor_id=number // 3,
        name=_text(dice, words, 2),
        texts=(_text(dice, words, dice.randint(3, 25)),),
        domain=domain,
        tasks=tuple(t for t in tasks if dice.random() < 0.5),
        specifications=tuple(lines),
        changed=TODAY - timedelta(days=dice.randint(0, 900)),
        track=Track(dice.choice((0, 0, 1, 3)), dice.choice((0, 0, 1)), dice.choice((0, 0, 0, 1))),
        row=f"offer:{number}",
    )


def _line(dice: random.Random, key: str, variant: str) -> Specification:
    return Specification(
        parameter=key,
        value=dice.choice(values()[key]),
        variant=variant,
        condition=Text.of("空载") if dice.random() < 0.2 else Text(),
        evidence=Evidence(dice.randint(0, 3)),
        expires=dice.choice((None, None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=90))),
        row=f"spec:{key}:{variant}",
    )


def need(number: int, *, musts: int | None = None, shoulds: int | None = None, easy: bool = False) -> Need:
    """The scenario of that number; an ``easy`` one asks for what many offer."""
    dice = random.Random(f"need {number}")
    musts = dice.randint(0, 8) if musts is None else musts
    shoulds = dice.randint(0, 4) if shoulds is None else shoulds
    found = []
    for position, key in enumerate(dice.sample(list(values()), musts + shoulds)):
        p = parameters()[key]
        value = dice.choice(values()[key])
        if easy and p.kind == "number":
            value = sorted(values()[key], key=lambda v: v.low or 0)[3 if p.op == ">=" else -4]
        level = Level.MUST if position < musts else Level.SHOULD
        op = dice.choice(p.ops)
        if p.kind == "number" and dice.random() < 0.05:
            op = "="
        found.append(
            Requirement(key=f"r{position}", parameter=key, op=op, value=value, level=level, weight=dice.randint(1, 5),
                        row=f"requirement:{position}")
        )  # fmt: skip
    if not easy and dice.random() < 0.1:
        own = Requirement(key="own", value=Value("number", "3", low=3, high=3), label=Text.of("抗风等级"), unit="级")
        found.append(own)
    domain, tasks = _kind(dice)
    return Need(
        id=number,
        requirements=tuple(found),
        domain=domain,
        task=dice.choice(tasks),
        title=_text(dice, WORDS, 3),
        texts=(_text(dice, WORDS, 12),),
        row=f"scenario:{number}",
    )
