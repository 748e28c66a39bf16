"""The glossary holds every word of the programme, in both languages, each with one sentence."""

from __future__ import annotations

import re

import pytest

from marketplace.vocabulary.glossary import groups, matching, words

# By hand from the design's list of words: Chinese, English.
WANTED = """
场景征集 scenario call · 应用场景 scenario · 场景方 scenario owner · 发榜单位 programme office · 榜单批次 round · 榜题 challenge ·
供需对接 direct matching · 揭榜 to bid · 揭榜申报书 bid · 揭榜方 bidder · 揭榜单位 selected vendor · 候补 reserve ·
联合体 consortium · 牵头单位 lead · 参与单位 partner · 考核指标 acceptance metric · 技术要求 requirement ·
逐条响应表 compliance matrix · 初审 intake check · 形式审查 formal check · 需求论证 need review · 资格审查 eligibility check ·
集中启封 opening · 专家评审 expert review · 回避 recusal · 答辩 panel presentation · 现场踏勘 site visit ·
现场核查 on-site verification · 应用验证 field trial · 入围 shortlisted · 场景方选定 owner's choice · 公示 public notice ·
异议 objection · 无人揭榜 no bids · 未产生揭榜单位 none selected · 任务书 task statement · 签约 agreement · 里程碑 milestone ·
验收 acceptance · 通过验收 accepted · 整改 rectification · 优胜单位 commended vendor · 落地 landed ·
核定项目总投资 approved total investment · 支持上限测算 support ceiling · 统一社会信用代码 unified social credit code (USCC) ·
首台（套） first (set of) major equipment · 创新产品推荐目录 innovative product catalogue
"""
PAIRS = [tuple(p.strip().split(" ", 1)) for p in WANTED.replace("\n", " ").split("·")]


def test_every_word_of_the_programme_is_there() -> None:
    known = {(w.label.zh, w.label.en.lower().replace("uscc", "USCC")) for w in words().values()}
    assert len(PAIRS) == 48
    assert set(PAIRS) - known == set()


def test_no_word_stands_twice() -> None:
    listed = [w for g in groups() for w in g.words]
    assert len(listed) == len(words())
    assert len({w.label.zh for w in listed}) == len(listed)
    assert not {g.key for g in groups()} & set(words())


@pytest.mark.parametrize("key", sorted(words()))
def test_each_word_has_one_sentence_in_each_language(key: str) -> None:
    word = words()[key]
    assert re.fullmatch(r"[a-z_]+", key)
    assert word.means.zh.endswith("。")
    assert word.means.zh.count("。") == 1
    assert word.means.en.endswith(".")
    assert not re.search("[\u4e00-\u9fff]", word.label.en + word.means.en)
    # Not a tender.
    assert not re.search("投标|中标|开标|流标", word.label.zh + word.means.zh)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("公示", "notice"),
        ("RECUSAL", "recusal"),
        ("ｕｓｃｃ", "uscc"),
        ("需求单位", "scenario_owner"),
        ("sha-256", "receipt"),
    ],
)
def test_a_word_is_found_by_its_names_and_its_meaning_in_either_language(text: str, key: str) -> None:
    assert key in [w.key for g in matching(text) for w in g.words]


def test_what_is_not_there_finds_nothing_and_nothing_finds_all() -> None:
    assert matching("量子") == []
    assert sum(len(g.words) for g in matching("  ")) == len(words())
