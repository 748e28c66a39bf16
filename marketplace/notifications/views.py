"""The inbox, preferences, and the mailbox of demo and development."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.infra.mail.services import mailbox_item, mailbox_numbers
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.i18n import gettext as _
from marketplace.notifications import forms, queries, services
from marketplace.web.actor import current_actor, signed_in, workings_only
from marketplace.web.forms import Form
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page

bp = Blueprint("notifications", __name__)


@bp.route("/inbox", methods=["GET", "POST"])
@signed_in
def inbox() -> Any:
    """What the site has told the person."""
    actor = current_actor()
    form = Form()
    if form.validate_on_submit():
        with unit_of_work():
            services.mark_read(actor)
        return redirect(url_for(".inbox"))
    where = Page(asked_page(), queries.count(actor))
    items = queries.inbox(actor, offset=where.offset, limit=where.per_page)
    return page("notifications/inbox.html", form=form, items=items, where=where)


@bp.route("/inbox/preferences", methods=["GET", "POST"])
@signed_in
def preferences() -> Any:
    """Of which new challenges to hear."""
    actor = current_actor()
    form = forms.PreferenceForm(obj=queries.preference(actor))
    if form.validate_on_submit():
        with unit_of_work():
            services.choose(
                actor, domains=form.domains.data or [], hears_of_challenges=bool(form.hears_of_challenges.data)
            )
        flash(_("已保存。"), "ok")
        return redirect(url_for(".preferences"))
    return page("notifications/preferences.html", form=form)


@bp.get("/mailbox")
@workings_only
def all_mail() -> str:
    """Every mail of the demo, newest first, optionally of one address."""
    wanted = request.args.get("to", "")
    numbers = mailbox_numbers(wanted)
    where = Page(asked_page(), len(numbers), 50)
    mails = [(n, mailbox_item(n, head_only=True)) for n in numbers[where.offset : where.offset + where.per_page]]
    return render_template("notifications/mailbox.html", mails=mails, wanted=wanted, where=where)


@bp.get("/mailbox/<int:number>")
@workings_only
def one_mail(number: int) -> str:
    """One mail: its text, and its HTML in a frame of its own."""
    try:
        mail = mailbox_item(number)
    except FileNotFoundError:
        abort(404)
    text = mail.get_body(("plain",))
    return render_template("notifications/mail.html", mail=mail, number=number, text=text.get_content() if text else "")


@bp.get("/mailbox/<int:number>/html")
@workings_only
def mail_html(number: int) -> Response:
    """The HTML body alone. A mail carries its styles inside; each is allowed by its hash, none by a blanket rule."""
    try:
        body = mailbox_item(number).get_body(("html",))
    except FileNotFoundError:
        abort(404)
    html = str(body.get_content()) if body else ""
    found = {unescape(a) for a in re.findall(r'style="([^"]*)"', html)} | set(
        re.findall(r"<style[^>]*>(.*?)</style>", html, re.S)
    )
    hashes = " ".join(f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in sorted(found))
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-hashes' {hashes}; frame-ancestors 'none'"
    )
    return response
