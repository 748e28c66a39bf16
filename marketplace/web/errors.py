"""Refusals and errors as pages that say what to do; no internals are shown."""

from __future__ import annotations

import structlog
from flask import Flask, flash, g, redirect, render_template, request
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from marketplace.kernel.db import session
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.actor import safe_next

log = structlog.get_logger()

TITLES = {
    400: (_l("这个请求看不懂"), _l("地址或内容不完整。请返回上一页再试一次。")),
    403: (_l("您的账号不能做这一步"), _l("如果应当可以，请联系本单位的管理员或项目办公室。")),
    404: (
        _l("没有这个页面"),
        _l("地址可能抄漏了，或者内容没有对您公开。发布过的榜题和公示不会删除，榜题可以用编号查。"),
    ),
    405: (_l("不能这样打开这个地址"), _l("这个地址只接受页面上的按钮。请从榜题列表重新进入。")),
    409: (_l("情况已经变了"), _l("有人刚刚改过，或这一步已经做过。请返回并刷新，看看最新情况。")),
    413: (_l("上传的内容太大"), _l("单个文件不超过 20 MB。请压缩或拆开后再传；已保存的草稿不受影响。")),
    422: (_l("有内容要改"), _l("请返回上一页，按提示修改。")),
    429: (_l("操作太频繁"), _l("为防止滥用，请过几分钟再试。您填的内容没有提交。")),
    500: (_l("系统出了问题"), _l("我们已记录这次错误。已保存的内容不会丢，请稍后再试。")),
    503: (_l("系统正忙"), _l("很多人同时在用。请过一会儿再试；已保存的内容不会丢。")),
}


def page(status: int, message: str = "") -> Response | tuple[str, int]:
    """The error page of ``status``, with a message of its own if there is one."""
    title, text = TITLES.get(status, TITLES[500])
    if request_ctx.url_adapter is None:  # the host cannot be read, so no page can say where anything is
        return Response(f"{title}\n{text}\n", status, mimetype="text/plain")
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return render_template("_errors/error.json", message=message or text), status
    return render_template("_errors/error.html", status=status, title=title, text=message or text), status


def start(app: Flask) -> None:
    """Answer every refusal and error with a page."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response | tuple[str, int]:
        session().rollback()
        return page(error.status, "" if isinstance(error, NotFound) else error.message)

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Response:
        session().rollback()
        flash(_("页面放得太久，已为您刷新。请再点一次。"), "due")
        back = safe_next(request.referrer.partition(request.host)[2] if request.referrer else None)
        return redirect(
            back or safe_next(request.path if request.method == "GET" else None) or f"/{g.get('language', 'zh')}/"
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response | tuple[str, int] | HTTPException:
        if error.code is None or error.code < 400:
            return error
        return page(error.code)

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> Response | tuple[str, int]:
        session().rollback()
        log.error("database_busy", error=str(error.orig)[:200])
        return page(503)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response | tuple[str, int]:
        if app.config["PROPAGATE_EXCEPTIONS"]:
            raise error
        session().rollback()
        log.exception("unhandled", id=g.get("request_id", ""))
        return page(500)
