"""What a form looks like: its colours as a small style sheet, and its logo."""

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Invalid, NotFound
from subscriptions.core.transactions import current_session
from subscriptions.newsletters.colours import Theme, check_theme, style_sheet
from subscriptions.newsletters.queries import form_logo
from subscriptions.newsletters.shown import OpenForm
from subscriptions.web.public.blueprint import blueprint

DAY, YEAR = 86_400, 31_536_000  # seconds


@blueprint.get("/theme.css")
def theme() -> ResponseReturnValue:
    """The style sheet of a theme, which is all in its address: nothing has to be kept for it."""
    accent, background = (request.args.get(name, "") for name in ("accent", "background"))
    wanted = Theme(f"#{accent}", f"#{background}")
    try:
        check_theme(wanted)
    except Invalid:
        raise NotFound from None
    return _kept(Response(style_sheet(wanted), mimetype="text/css"), f"max-age={DAY}")


@blueprint.get("/forms/<slug>/logo/<name>")
def logo(slug: str, name: str) -> ResponseReturnValue:
    """The logo of a form. Another one has another name, so that browsers may keep it."""
    found = form_logo(current_session(), slug, name)
    answer = Response(found.data, mimetype=f"image/{found.kind}")
    return _kept(answer, f"max-age={YEAR}, immutable")


def look_of(form: OpenForm) -> dict[str, object]:
    """What a page needs to look like this form."""
    logo_url = form.logo and url_for("public.logo", slug=form.slug, name=form.logo.hash)
    return {"theme_url": theme_url(form.theme), "logo": form.logo, "logo_url": logo_url}


def theme_url(theme: Theme) -> str | None:
    """The address of the theme's style sheet; None for ours, which every page has."""
    if theme.is_ours:
        return None
    return url_for("public.theme", accent=theme.accent[1:], background=theme.background[1:])


def _kept(answer: Response, how_long: str) -> Response:
    answer.headers["Cache-Control"] = f"public, {how_long}"
    return answer
