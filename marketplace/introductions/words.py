"""The words of results, meetings and sides."""

from __future__ import annotations

from marketplace.introductions.models import Meeting, Result, Side
from marketplace.kernel.i18n import LazyText
from marketplace.kernel.i18n import lazy_gettext as _l

RESULTS: dict[Result, LazyText] = {
    Result.NOTHING: _l("没有谈成"),
    Result.PILOT: _l("开始试用"),
    Result.PURCHASE: _l("采购"),
    Result.LEASE: _l("租赁"),
}
MEETINGS: dict[Meeting, LazyText] = {
    Meeting.MEETING: _l("会面"),
    Meeting.DEMONSTRATION: _l("演示"),
    Meeting.SITE_VISIT: _l("看现场"),
}
SIDES: dict[Side, LazyText] = {Side.OWNER: _l("场景方"), Side.VENDOR: _l("企业")}
