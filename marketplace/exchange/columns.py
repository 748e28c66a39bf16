"""What a file holds, said once: reader, writer, template, JSON schema and the page about the format all read this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from marketplace.catalogue.models import Evidence, PriceKind, VariantKind
from marketplace.catalogue.services import MOST_RECORDS, MOST_VARIANTS, SERVICES
from marketplace.kernel.text import LANGUAGES, Text
from marketplace.scenarios.models import SITE_KEYS, BudgetKind, Kind, Level, Mode, ProcurementRoute
from marketplace.vocabulary.parameters import parameters, unit_label
from marketplace.vocabulary.terms import districts, domains, tasks
from marketplace.vocabulary.written import units_of

Choices = Callable[[], Mapping[str, Text]]
MOST_ITEMS = 2000
MOST_ROWS = 60
MOST_VALUES = 2500
"""Lines of a product's specifications: its own and those of every variant, each parameter once."""
KINDS = ("scenarios", "products")
VERSION = 1


@dataclass(frozen=True)
class Column:
    """One thing that a file says of an item. ``kind`` is how it is read: text (in both languages), line, choice,
    choices, whole, yes, month, date, value, unit."""

    name: str
    label: Text
    kind: str
    limit: int = 0
    choices: Choices | None = None
    default: str = ""
    required: bool = False
    units: tuple[str, ...] = ()
    help: Text = Text()
    least: int = 1
    """The smallest whole number."""

    @property
    def cells(self) -> tuple[tuple[str, Text], ...]:
        """The columns of a sheet that it takes: a text has one for each language."""
        if self.kind != "text":
            return ((self.name, self.label),)
        names = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}
        return tuple(
            (
                f"{self.name}.{code}",
                Text.of(f"{self.label.zh}（{names[code][0]}）", f"{self.label.en} ({names[code][1]})"),
            )
            for code in LANGUAGES
        )

    def at_most(self, name: str) -> int:
        """How many characters one of its cells takes; English takes three times as many."""
        return self.limit * 3 if name.endswith(".en") else self.limit


@dataclass(frozen=True)
class Sheet:
    """The items themselves, or what belongs to them line by line."""

    name: str
    label: Text
    columns: tuple[Column, ...]
    most: int = MOST_ROWS
    """How many lines of it belong to one item at most."""

    @property
    def title(self) -> str:
        """The sheet's name in Excel."""
        return f"{self.label.zh} {self.label.en}"

    @cached_property
    def cells(self) -> dict[str, tuple[Text, Column]]:
        """Every column of the sheet in order."""
        return {name: (label, column) for column in self.columns for name, label in column.cells}


@dataclass(frozen=True)
class Format:
    """A kind of file: its items and what belongs to them."""

    kind: str
    items: Sheet
    parts: tuple[Sheet, ...] = field(default=())

    @property
    def name(self) -> str:
        """The format's permanent name."""
        return f"{self.kind}-{VERSION}"

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """All sheets in order."""
        return (self.items, *self.parts)


def both(label: Text) -> str:
    """A name as a drop-down shows it."""
    return label.zh if label.zh == label.en or not label.en else f"{label.zh} · {label.en}"


def _named(values: type, **labels: tuple[str, str]) -> Choices:
    known = {key: Text.of(*pair) for key, pair in labels.items()}
    assert known.keys() == {member.value for member in values}  # type: ignore[attr-defined]
    return lambda: known


def _terms(source: Callable[[], Mapping[str, object]]) -> Choices:
    return lambda: {key: term.label for key, term in source().items()}  # type: ignore[attr-defined]


YES = {"yes": Text.of("是", "yes"), "no": Text.of("否", "no")}
OPERATORS = {
    ">=": Text.of("≥", "≥"),
    "<=": Text.of("≤", "≤"),
    "=": Text.of("=", "="),
    "covers": Text.of("覆盖", "covers"),
    "in": Text.of("在内", "within"),
    "superset": Text.of("全有", "all of"),
    "any_of": Text.of("有其一", "any of"),
}
LEVELS = _named(Level, must=("必须", "must"), should=("期望", "should"))
EVIDENCE = _named(
    Evidence, claimed=("自报", "self-declared"), video=("视频", "video"), laboratory=("检测报告", "test report"),
    trial=("本市实测", "trial in Shanghai"),
)  # fmt: skip
SCENARIO_KINDS = _named(
    Kind, procurement=("采购", "procurement"), field_validation=("应用验证", "application trial"), rnd=("研发", "R&D"),
)  # fmt: skip
BUDGETS = _named(
    BudgetKind, fixed=("固定价", "fixed price"), range=("区间", "range"), negotiable=("面议", "negotiable")
)  # fmt: skip
MODES = _named(
    Mode, purchase=("采购", "purchase"), lease=("租赁", "lease"), raas=("按次服务", "robots as a service"),
    joint_rnd=("联合研发", "joint R&D"), pilot=("试点", "pilot"),
)  # fmt: skip
ROUTES = _named(
    ProcurementRoute, own=("自行采购", "own purchase"), soe=("国企采购", "state-owned enterprise procurement"),
    government=("政府采购", "government procurement"), cooperative_innovation=("合作创新采购", "cooperative innovation procurement"),
    trial_only=("只做试用", "trial only"),
)  # fmt: skip
VARIANTS = _named(
    VariantKind, variant=("型号", "variant"), accessory=("配件", "accessory")
)  # fmt: skip
SERVICE_WORDS = {
    "maintenance": Text.of("维护保养", "maintenance"),
    "training": Text.of("操作培训", "training"),
    "spare_parts": Text.of("备品备件", "spare parts"),
    "on_site": Text.of("驻场支持", "on-site support"),
    "remote": Text.of("远程支持", "remote support"),
}
assert tuple(SERVICE_WORDS) == SERVICES
PRICES = _named(
    PriceKind, fixed=("一口价", "fixed price"), range=("区间", "range"), on_request=("面议", "negotiable")
)  # fmt: skip
SITE = {
    "area": ("场地面积与分区", "Site area and zones"),
    "aisles": ("通道宽度", "Aisle width"),
    "slopes": ("坡道、台阶与缝隙", "Ramps, steps and gaps"),
    "floor": ("地面", "Floor"),
    "climate": ("温度与湿度", "Temperature and humidity"),
    "light_noise": ("光线与噪声", "Light and noise"),
    "hazards": ("粉尘、洁净或防爆要求", "Dust, cleanliness or explosion-protection requirements"),
    "network": ("网络", "Network"),
    "power": ("供电与充电位", "Power and charging points"),
    "lifts": ("电梯与门禁", "Lifts and access control"),
    "people": ("周围的人", "People nearby"),
    "hours": ("作业时段", "Working hours"),
}


@lru_cache(maxsize=1)
def unit_choices() -> dict[str, Text]:
    """Every unit that some parameter takes, a rate with what it counts."""
    found: dict[str, Text] = {}
    for parameter in parameters().values():
        if parameter.kind in ("number", "range"):
            found |= {key: unit_label(*pair) for key, pair in units_of(parameter).items() if unit_label(*pair).zh}
    return found


def _parameters() -> Mapping[str, Text]:
    return {key: parameter.label for key, parameter in parameters().items()}


KEY = Column(
    "key", Text.of("编号", "Key"), "line", 40, required=True,
    help=Text.of(
        "贵单位自己的编号，例如 A-01。再次导入时按它认出同一项。",
        "Your own key, for example A-01. It identifies the item at the next import.",
    ),
)  # fmt: skip
PARAMETER = Column("parameter", Text.of("参数", "Parameter"), "choice", choices=_parameters, required=True)
OPERATOR = Column(
    "op", Text.of("比较", "Operator"), "choice", choices=lambda: OPERATORS,
    help=Text.of("可不填：按参数的惯例，或写进数值，例如 ≥900。", "May be empty: the parameter's usual one, or part of the value, such as ≥900."),
)  # fmt: skip
VALUE_HELP = Text.of(
    "照平时的写法填：20公斤、±0.05 mm、IP65、-10~45℃、≥900件/h。单位也可以填在右边。",
    "As people write it: 20 kg, ±0.05 mm, IP65, -10~45 °C, ≥900 pieces/h. The unit may stand in its own column.",
)
UNIT = Column("unit", Text.of("单位", "Unit"), "unit", 20, choices=unit_choices)
WAN = ("万元", "万", "万元人民币")


def _text(name: str, zh: str, en: str, limit: int, *, required: bool = False) -> Column:
    return Column(name, Text.of(zh, en), "text", limit, required=required)


SCENARIOS = Format(
    "scenarios",
    Sheet(
        "scenarios",
        Text.of("场景", "Scenarios"),
        (
            KEY,
            _text("title", "标题", "Title", 60, required=True),
            Column("domain", Text.of("领域", "Domain"), "choice", choices=_terms(domains)),
            Column("task", Text.of("任务", "Task"), "choice", choices=_terms(tasks)),
            Column("kind", Text.of("性质", "Kind"), "choice", choices=SCENARIO_KINDS, default="procurement"),
            Column("district", Text.of("所在区", "District"), "choice", choices=_terms(districts)),
            _text("summary", "一句话说清楚", "In one sentence", 120),
            _text("situation", "现状与难处", "Present situation", 3000),
            _text("workflow", "作业流程", "Work flow", 3000),
            _text("objects", "作业对象", "Objects handled", 2000),
            _text("volumes", "班次与作业量", "Shifts and volumes", 2000),
            Column("budget_kind", Text.of("预算方式", "Budget"), "choice", choices=BUDGETS),
            Column("budget_min", Text.of("预算最低（万元）", "Budget from (CNY 10,000)"), "whole", units=WAN),
            Column("budget_max", Text.of("预算（万元）", "Budget (CNY 10,000)"), "whole", units=WAN),
            Column(
                "period_months", Text.of("交付期（月）", "Period (months)"), "whole", units=("个月", "月", "months")
            ),
            Column("quantity", Text.of("数量", "Quantity"), "whole", units=("台", "套", "个")),
            Column("mode", Text.of("合作方式", "Mode"), "choice", choices=MODES, default="purchase"),
            Column(
                "procurement_route", Text.of("采购路径", "Procurement route"), "choice", choices=ROUTES, default="own"
            ),
            Column(
                "consortium", Text.of("允许联合体", "Consortium allowed"), "yes", choices=lambda: YES, default="yes"
            ),
            _text("payment", "付款方式", "Payment", 1000),
            _text("ip", "知识产权", "Intellectual property", 1000),
            _text("data_rights", "数据权属与隐私", "Data rights and privacy", 1000),
            _text("eligibility", "对揭榜企业的条件", "Eligibility", 1500),
            _text("safety", "安全与伦理自评", "Safety and ethics", 3000),
            *(_text(f"site.{key}", f"现场：{SITE[key][0]}", f"Site: {SITE[key][1]}", 400) for key in SITE_KEYS),
        ),
    ),
    (
        Sheet(
            "requirements",
            Text.of("技术要求", "Requirements"),
            (
                KEY,
                PARAMETER,
                OPERATOR,
                Column("value", Text.of("数值", "Value"), "value", 200, required=True, help=VALUE_HELP),
                UNIT,
                Column("level", Text.of("必须或期望", "Level"), "choice", choices=LEVELS, default="must"),
                Column("weight", Text.of("权重", "Weight"), "whole", default="1"),
                _text("test", "怎么测", "How tested", 400),
            ),
        ),
        Sheet(
            "metrics",
            Text.of("考核指标", "Metrics"),
            (
                KEY,
                PARAMETER,
                OPERATOR,
                Column("baseline", Text.of("现在", "Baseline"), "line", 60),
                Column("target", Text.of("目标值", "Target"), "value", 200, required=True, help=VALUE_HELP),
                UNIT,
                _text("method", "怎么测", "Method", 400),
                _text("window", "测多久", "Window", 200),
            ),
        ),
    ),
)
PRODUCTS = Format(
    "products",
    Sheet(
        "products",
        Text.of("产品", "Products"),
        (
            KEY,
            _text("name", "产品名称", "Name", 80, required=True),
            Column("model", Text.of("型号", "Model"), "line", 60),
            Column("domain", Text.of("主要领域", "Domain"), "choice", choices=_terms(domains), required=True),
            Column(
                "tasks", Text.of("能做的任务", "Tasks"), "choices", choices=_terms(tasks),
                help=Text.of("多项用逗号隔开。", "Several are parted by commas."),
            ),
            _text("summary", "一句话", "In one sentence", 120, required=True),
            _text("description", "详细介绍", "Description", 3000),
            Column("price_kind", Text.of("报价方式", "Price"), "choice", choices=PRICES),
            Column("price_min", Text.of("最低价（万元）", "Price from (CNY 10,000)"), "whole", units=WAN),
            Column("price_max", Text.of("参考价（万元）", "Price (CNY 10,000)"), "whole", units=WAN),
            Column("lease_per_month", Text.of("月租金（元）", "Lease a month (CNY)"), "whole", units=("元", "元/月")),
            Column(
                "launched", Text.of("上市年月", "Launched"), "month",
                help=Text.of("例如 2025-09。", "For example 2025-09."),
            ),
            Column(
                "services", Text.of("随产品提供的服务", "Services"), "choices", choices=lambda: SERVICE_WORDS,
                help=Text.of("多项用逗号隔开。没有这一列，原有的不动。", "Several are parted by commas. Without this column what is there stays."),
            ),
        ),
    ),
    (
        Sheet(
            "specifications",
            Text.of("规格", "Specifications"),
            (
                KEY,
                Column(
                    "variant", Text.of("型号或配件", "Variant"), "line", 180,
                    help=Text.of(
                        "写“型号与配件”表里的名称：这是装上它之后的数值。空着就是产品本身的。",
                        "The name from the sheet “Variants and accessories”: the value with it. Empty for the product's own.",
                    ),
                ),
                PARAMETER,
                Column("value", Text.of("数值", "Value"), "value", 200, required=True, help=VALUE_HELP),
                UNIT,
                _text("condition", "条件", "Condition", 200),
                Column("evidence", Text.of("证据", "Evidence"), "choice", choices=EVIDENCE, default="claimed"),
                Column(
                    "evidence_date", Text.of("证据日期", "Evidence date"), "date",
                    help=Text.of("例如 2026-03-01。", "For example 2026-03-01."),
                ),
                Column(
                    "expires", Text.of("证据有效期至", "Evidence expires"), "date",
                    help=Text.of("晚于证据日期，例如 2028-03-01；没有就空着。", "After the evidence date, for example 2028-03-01; empty where it has none."),
                ),
            ),
            MOST_VALUES,
        ),
        Sheet(
            "variants",
            Text.of("型号与配件", "Variants and accessories"),
            (
                KEY,
                _text("name", "名称", "Name", 60, required=True),
                Column("kind", Text.of("型号还是配件", "Kind"), "choice", choices=VARIANTS, required=True),
                Column(
                    "extra_price", Text.of("加价（万元）", "Extra price (CNY 10,000)"), "whole", units=WAN, least=0,
                    help=Text.of("在参考价上加多少；不加价填 0，不说就空着。", "On top of the price; 0 for none, empty where it is not said."),
                ),
            ),
            MOST_VARIANTS,
        ),
        Sheet(
            "certificates",
            Text.of("证书", "Certificates"),
            (
                KEY,
                Column("standard", Text.of("标准或证书名称", "Standard"), "line", 80, required=True),
                Column("number", Text.of("证书编号", "Number"), "line", 60),
                Column("body", Text.of("发证机构", "Issued by"), "line", 80),
                Column("issued", Text.of("发证日期", "Issued"), "date", help=Text.of("例如 2026-03-01。", "For example 2026-03-01.")),
                Column(
                    "expires", Text.of("有效期至", "Expires"), "date",
                    help=Text.of("晚于发证日期；没有就空着。", "After the day of issue; empty where it has none."),
                ),
                _text("note", "说明", "Note", 200),
            ),
            MOST_RECORDS,
        ),
        Sheet(
            "deployments",
            Text.of("在用地点", "Deployments"),
            (
                KEY,
                _text("place", "在哪里用", "Place", 120, required=True),
                Column(
                    "district", Text.of("所在区", "District"), "choice", choices=_terms(districts),
                    help=Text.of("不在上海就空着。", "Empty outside Shanghai."),
                ),
                Column(
                    "since", Text.of("从哪年哪月起", "Since"), "month", required=True,
                    help=Text.of("例如 2025-09。", "For example 2025-09."),
                ),
                Column("units", Text.of("台数", "Units"), "whole", units=("台", "套")),
            ),
            MOST_RECORDS,
        ),
    ),
)  # fmt: skip
FORMATS = {f.kind: f for f in (SCENARIOS, PRODUCTS)}
