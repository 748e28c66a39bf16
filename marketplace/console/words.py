"""The words of the audit: what was done and to what, as a reader knows it instead of as the program calls it."""

from __future__ import annotations

from dataclasses import fields

from marketplace.infra.audit.models import AuditRow
from marketplace.kernel.events import event_named
from marketplace.kernel.i18n import LazyText
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.vocabulary.helpers import STATE_WORDS

SUBJECTS: dict[str, LazyText] = {
    "account": _l("账号"),
    "organisation": _l("单位"),
    "product": _l("产品"),
    "specification_doubt": _l("数值质疑"),
    "round": _l("榜单批次"),
    "scenario": _l("场景"),
    "challenge": _l("榜题"),
    "bid": _l("申报"),
    "bid_stage": _l("资格审查"),
    "decision": _l("入围决定"),
    "notice": _l("公示"),
    "objection": _l("异议"),
    "recommendation": _l("推荐"),
    "introduction": _l("对接"),
    "slot": _l("会面时间"),
    "need": _l("家庭需要"),
    "figure": _l("进展数字"),
}
NAMED: dict[str, str] = {"user": "account", "doubt": "specification_doubt", "by": "organisation"}
"""What an event's field is called and the kind of thing that it names, where the two differ."""
STEPS: dict[str, LazyText] = {
    "account.deactivate": _l("停用了自己的账号"),
    "account.reactivate": _l("恢复了账号"),
    "account.block": _l("停用了账号"),
    "account.unblock": _l("解除了停用"),
    "account.ask_deletion": _l("申请删除账号"),
    "account.keep": _l("撤回了删除申请"),
    "account.delete": _l("删除了账号"),
    "organisation.submit": _l("提交核验"),
    "organisation.verify": _l("核验通过"),
    "organisation.return_": _l("退回修改"),
    "organisation.suspend": _l("暂停了单位"),
    "organisation.reinstate": _l("恢复了单位"),
    "product.list_": _l("公开了产品"),
    "product.withdraw": _l("下架了产品"),
    "specification_doubt.answer": _l("答复了质疑"),
    "specification_doubt.close": _l("办结了质疑"),
    "round.open": _l("公开了批次"),
    "round.close": _l("结束了征集"),
    "round.archive": _l("归档了批次"),
    "scenario.submit": _l("提交了场景"),
    "scenario.return_": _l("退回场景修改"),
    "scenario.hand_back": _l("推荐单位退回场景"),
    "scenario.reject": _l("不予受理场景"),
    "scenario.admit": _l("场景入库"),
    "scenario.list_": _l("场景已发榜"),
    "scenario.open_matching": _l("开始供需对接"),
    "scenario.close_matching": _l("结束供需对接"),
    "scenario.land": _l("记为落地"),
    "scenario.withdraw": _l("撤回了场景"),
    "challenge.publish": _l("发榜"),
    "challenge.extend": _l("延长揭榜期"),
    "challenge.suspend": _l("暂停揭榜"),
    "challenge.resume": _l("恢复揭榜"),
    "challenge.open_bids": _l("集中启封"),
    "challenge.record_no_bids": _l("记录无人揭榜"),
    "challenge.begin_eligibility": _l("开始资格审查"),
    "challenge.begin_evaluation": _l("开始评审"),
    "challenge.shortlist": _l("发布入围名单"),
    "challenge.select_none": _l("未产生揭榜单位"),
    "challenge.return_to_evaluation": _l("退回重新评审"),
    "challenge.cancel": _l("撤销榜题"),
    "bid.submit": _l("提交了申报"),
    "bid.resubmit": _l("再次提交申报"),
    "bid.withdraw": _l("撤回了申报"),
    "bid.open": _l("启封了申报"),
    "bid.disqualify": _l("资格审查未通过"),
    "bid.make_void": _l("随榜题结束"),
    "bid_stage.pass_": _l("判为通过"),
    "bid_stage.fail": _l("判为不通过"),
    "decision.release": _l("发布了决定"),
    "notice.conclude": _l("公示结束"),
    "notice.revoke": _l("撤销公示"),
    "objection.admit": _l("受理异议"),
    "objection.refuse": _l("不予受理异议"),
    "objection.uphold": _l("异议成立"),
    "objection.dismiss": _l("异议不成立"),
    "recommendation.recommend": _l("予以推荐"),
    "recommendation.decline": _l("不予推荐"),
    "recommendation.lapse": _l("逾期未推荐"),
    "recommendation.ask_again": _l("再次请求推荐"),
    "recommendation.withdraw": _l("撤回推荐请求"),
    "introduction.accept": _l("接受了对接"),
    "introduction.decline": _l("谢绝了对接"),
    "introduction.withdraw": _l("收回了对接请求"),
    "introduction.lapse": _l("对接请求随场景结束"),
    "introduction.conclude": _l("双方报了同样的结果"),
    "slot.book": _l("约定了时间"),
    "slot.drop": _l("没有选这个时间"),
    "slot.cancel": _l("取消了约定"),
}
EVENTS: dict[str, LazyText] = {
    "Registered": _l("注册了账号"),
    "RegisteredAgain": _l("已有账号又来注册"),
    "Confirmed": _l("确认了邮箱"),
    "SignedIn": _l("登录"),
    "NewDevice": _l("在新设备登录"),
    "SignInFailed": _l("登录失败"),
    "LockedOut": _l("多次失败，暂时锁定"),
    "CodeFailed": _l("验证码不对"),
    "CodeLockedOut": _l("验证码多次不对，暂时锁定"),
    "SecondFactorOn": _l("开启二次验证"),
    "SecondFactorOff": _l("关闭二次验证"),
    "RecoveryCodesMade": _l("生成恢复码"),
    "RecoveryCodeUsed": _l("用了一个恢复码"),
    "SecondFactorReset": _l("重置了二次验证"),
    "Proved": _l("再次证明身份"),
    "ResetAsked": _l("请求重设密码"),
    "PasswordChanged": _l("更换密码"),
    "SessionsEnded": _l("退出其他设备"),
    "DataExported": _l("导出个人数据"),
    "RoleChanged": _l("变更角色"),
    "ProductChanged": _l("修改产品"),
    "ProductMediaChanged": _l("修改产品图片或文件"),
    "DoubtRaised": _l("质疑了产品数值"),
    "ProductMarked": _l("登记目录标记"),
    "ProductUnmarked": _l("取消目录标记"),
    "OrganisationCreated": _l("登记单位"),
    "OrganisationChanged": _l("修改单位信息"),
    "ScopeSet": _l("设定推荐范围"),
    "MemberInvited": _l("邀请成员"),
    "PublishedToFew": _l("能做的企业少，写明理由后发榜"),
    "InvitedToLook": _l("邀请企业来看榜题"),
    "MemberJoined": _l("成员加入"),
    "MemberChanged": _l("变更成员"),
    "HandoverOffered": _l("提出移交"),
    "HandoverAccepted": _l("接受移交"),
    "HandoverDeclined": _l("谢绝移交"),
    "HandoverWithdrawn": _l("撤回移交"),
    "RoundChanged": _l("修改批次"),
    "FileImported": _l("导入文件"),
    "NeedRecorded": _l("登记家庭需要"),
    "ConsentRenewed": _l("再次取得同意"),
    "NeedDeleted": _l("删除家庭需要"),
    "NeedsPooled": _l("合并家庭需要"),
    "ContactsExchanged": _l("双方互见联系方式"),
    "OutcomeReported": _l("报告了对接结果"),
    "PartnerBlocked": _l("不再接收某单位的对接"),
    "PartnerUnblocked": _l("恢复接收某单位的对接"),
    "FigureReported": _l("登记项目进展的数"),
}
STATES: dict[str, dict[str, LazyText]] = {
    "challenge": {
        "published": _l("已发榜"),
        "opened": _l("已启封"),
        "eligibility": _l("资格审查中"),
        "shortlisted": _l("入围公示"),
        "cancelled": _l("榜题已撤销"),
        "no_bids": _l("无人揭榜"),
        "none_selected": _l("未产生揭榜单位"),
    },
    "round": {"open": _l("征集中")},
    "decision": {"staged": _l("待发布"), "released": _l("已发布")},
}
"""States that only the audit names: on pages readers are told a smaller vocabulary of these."""
KINDS: dict[str, LazyText] = {
    "system": _l("系统"),
    "anyone": _l("未登录"),
    "person": _l("用户"),
    "officer": _l("办理人员"),
    "auditor": _l("审计"),
    "administrator": _l("管理员"),
    "expert": _l("专家"),
    "reviewer": _l("评审"),
}


def act_word(act: str) -> str:
    """What was done; the program's own name where nobody has given it a word."""
    return str(STEPS.get(act) or EVENTS.get(act) or act)


def subject_word(subject: str) -> str:
    """To what kind of thing it was done."""
    return str(SUBJECTS.get(subject) or EVENTS.get(subject) or subject)


def object_word(row: AuditRow) -> str:
    """What ``row.subject_id`` is: the subject of a step, and of an event what its first field of an id names."""
    if row.subject not in EVENTS:
        return subject_word(row.subject)
    names = (f.name.removesuffix("_id") for f in fields(event_named(row.subject)) if f.name.endswith("_id"))
    name = next((n for n in names if isinstance(row.data.get(f"{n}_id"), int)), row.subject)
    return subject_word(NAMED.get(name, name))


def kind_word(kind: str) -> str:
    """Who did it: the roles held at that moment."""
    return _("、").join(str(KINDS.get(k, k)) for k in kind.split(","))


def state_change(row: AuditRow) -> tuple[str, str] | None:
    """From which state to which, in the words of the kind of thing; nothing for an event."""
    if "from" not in row.data or "to" not in row.data:
        return None
    words = words_of_states(row.subject)
    return str(words.get(row.data["from"], row.data["from"])), str(words.get(row.data["to"], row.data["to"]))


def words_of_states(subject: str) -> dict[str, LazyText]:
    """The word for each state of a kind of thing."""
    return STATE_WORDS.get({"bid_stage": "stage"}.get(subject, subject), {}) | STATES.get(subject, {})
