"""Setting a second factor up, its recovery codes, and turning it off."""

from __future__ import annotations

from typing import Any

import segno
from flask import flash, redirect, request, url_for
from flask_login import current_user
from markupsafe import Markup

from marketplace.accounts import forms, identity, proof, queries
from marketplace.accounts.services import second_factor as services
from marketplace.accounts.services import sessions
from marketplace.accounts.views.blueprint import bp
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.limits import limited
from marketplace.web.page import page


def _picture(address: str) -> Markup:
    """The address as a QR code: plain paths, no style attribute, white behind it in dark mode too."""
    code = segno.make(address, error="m", micro=False)
    # What segno writes is its own drawing; the address stands in it as squares only.
    return Markup(code.svg_inline(omitsize=True, scale=4, border=4, light="#fff", svgclass="qr", lineclass=None))


@bp.route("/account/second-factor", methods=["GET", "POST"])
@signed_in
@limited("60 per hour")
def second_factor() -> Any:
    """One page for all of it; what stands on it depends on how far the person is."""
    form = forms.CodeForm() if request.form.get("act") == "confirm" else forms.Form()
    if form.validate_on_submit():
        with form.refusals():
            done = _act(request.form.get("act", ""), form)
            if done is not None:
                return done
    user = queries.oneself(current_actor())
    row = user.second_factor
    secret = picture = ""
    # Whoever finds an open session must not see the seed of a half-finished set-up.
    if row is not None and row.confirmed_at is None and identity.has_proved(current_user):
        secret = services.secret_of(row)
        picture = _picture(services.address_for_app(user, secret))
    return page(
        "accounts/second_factor.html",
        form=form,
        code=form if isinstance(form, forms.CodeForm) else forms.CodeForm(formdata=None),
        row=row,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        picture=picture,
        left=queries.recovery_codes_left(user.id),
        must=queries.must_have_second_factor(user),
    )


def _act(act: str, form: forms.Form) -> Any:
    """What a button asked for; nothing when the page is to be shown again with what is wrong."""
    actor = current_actor()
    if act not in ("start", "confirm", "codes", "off", "prove"):
        raise NotFound()
    if act != "confirm" and not proof.given(form):
        return None
    if act == "prove":
        return redirect(url_for("accounts.second_factor"))
    if act == "confirm":
        with unit_of_work():
            codes = services.confirm(actor, form["code"].data or "")
            # Sessions that began with the password alone end; this one has just shown both.
            sessions.end_other_sessions(actor, current_user.session_id)
        return page("accounts/recovery_codes.html", codes=codes, fresh=True)
    if act == "codes":
        with unit_of_work():
            codes = services.regenerate(actor)
        return page("accounts/recovery_codes.html", codes=codes, fresh=False)
    with unit_of_work():
        if act == "start":
            services.begin(actor)
        else:
            services.turn_off(actor)
    if act == "off":
        flash(_("二次验证已关闭，现在只凭密码登录。"), "due")
    return redirect(url_for("accounts.second_factor"))
