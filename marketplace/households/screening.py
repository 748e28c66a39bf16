"""Free text of households, screened for what would say who lives where. A hit names the passage and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.i18n import lazy_gettext as _l

_NUMERAL = "[0-9一二三四五六七八九十百零〇两]"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭"
    "陆汪范石廖贾夏韦付傅邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤"
)
_KIN = "阿姨|叔叔|伯伯|爷叔|阿婆|阿公|奶奶|爷爷|外婆|外公|大爷|大妈|大娘|婆婆|老伯|嫂|哥|姐|师傅|老师|医生"
_GAP = r"[\s\-–—.·]*"

NAME = _l("姓名或称呼")
PHONE = _l("电话")
IDENTITY = _l("身份证号")
ADDRESS = _l("住址")
CONTACT = _l("邮箱、微信等联系方式")

_INSTEAD = {
    "name": _l("只写“老人”“孩子”“照护者”。"),
    "phone": _l("删去电话。联系由本机构负责。"),
    "identity": _l("删去证件号，这里从不需要。"),
    "address": _l("只写区，不写路、弄、号、室和小区。"),
    "contact": _l("删去联系方式。联系由本机构负责。"),
}
_KINDS: dict[str, Any] = {
    "name": NAME,
    "phone": PHONE,
    "identity": IDENTITY,
    "address": ADDRESS,
    "contact": CONTACT,
}

# The order counts: an identity number would otherwise be read as a telephone.
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("contact", re.compile(r"[\w.+-]+\s*@\s*[\w-]+(?:\s*\.\s*[\w-]+)+")),
    ("contact", re.compile(r"(?:微信|wechat|weixin|qq)号?\s*[:：是]?\s*[a-z0-9][a-z0-9_-]{4,}", re.I)),
    ("identity", re.compile(rf"(?<!\d)[1-9](?:{_GAP}\d){{16}}{_GAP}[\dx](?!\d)", re.I)),
    ("identity", re.compile(r"(?<!\d)[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")),
    ("phone", re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")),
    ("phone", re.compile(r"(?<!\d)\(?0\d{2,3}\)?[\s-]*\d{3,4}[\s-]?\d{4}(?!\d)")),
    ("phone", re.compile(r"(?<!\d)[2-9]\d{3}[\s-]?\d{4}(?!\d)")),
    ("phone", re.compile(r"一[三五七八九][一二三四五六七八九零〇]{9}")),
    ("name", re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?:先生|女士|小姐|太太)")),
    ("name", re.compile(rf"(?:欧阳|司马|上官|诸葛|[{_SURNAMES}])(?:{_KIN})")),
    ("name", re.compile(rf"(?:姓名|名叫|名字叫|名字是|我叫|她叫|他叫)\s*[:：]?\s*[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}")),
    ("name", re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Madam|Dr|Auntie|Uncle|Grandma|Grandpa)\.?\s+[A-Z][a-z]+")),
    ("address", re.compile(rf"[\u4e00-\u9fff]{{1,3}}(?:路|街|大道|公路|弄|巷|胡同){_GAP}{_NUMERAL}+")),
    ("address", re.compile(rf"{_NUMERAL}+\s*(?:弄|支弄)")),
    ("address", re.compile(rf"{_NUMERAL}+\s*号\s*(?:楼|院|甲|乙|{_NUMERAL})")),
    ("address", re.compile(rf"{_NUMERAL}+\s*(?:幢|栋|单元|号楼)")),
    ("address", re.compile(r"(?<!\d)\d{3,4}\s*室")),
    ("address", re.compile(rf"[\u4e00-\u9fff]{{2,8}}(?:小区|新村|花园|公寓|苑|家园|坊){_GAP}{_NUMERAL}")),
    ("address", re.compile(r"\b(?:lane|alley|room|rm|flat|apt|apartment|building|bldg|unit|no)\.?\s*#?\d+", re.I)),
    ("address", re.compile(r"\b\d+\s+(?:[a-z']+\s+){1,3}(?:road|rd|street|st|avenue|ave|lane)\b", re.I)),
)


@dataclass(frozen=True)
class Hit:
    """A passage that must not be kept: what it looks like, and what to write instead."""

    kind: str
    passage: str

    @property
    def looks_like(self) -> Any:
        """What the passage looks like, in the reader's language."""
        return _KINDS[self.kind]

    @property
    def instead(self) -> Any:
        """What to write instead."""
        return _INSTEAD[self.kind]


def screened(text: str) -> list[Hit]:
    """Every passage of ``text`` that looks like a name, telephone, identity number, address or other contact.

    Full width and spaced-out digits are read as digits. It is a net, not a proof: people read the text as well.
    """
    folded = unicodedata.normalize("NFKC", text)
    found: list[Hit] = []
    taken: list[tuple[int, int]] = []
    for kind, pattern in _RULES:
        for match in pattern.finditer(folded):
            if any(start <= match.start() and match.end() <= end for start, end in taken):
                continue
            taken.append(match.span())
            found.append(Hit(kind, match.group().strip()))
    return found
