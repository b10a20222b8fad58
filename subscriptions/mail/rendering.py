"""From a template triple to a subject, a text and an HTML body."""

import re
from dataclasses import dataclass
from typing import Any

from css_inline import CSSInliner
from flask import render_template

from subscriptions.core.identity import current_identity
from subscriptions.core.languages import in_language

# The page's own sheet can't help a mail; what is in the template's <style> is inlined. Media
# queries (dark mode) can't be and stay in the head.
INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True)
class RenderedMail:
    """The three parts of a mail, ready to be wrapped in headers."""

    subject: str
    text: str
    html: str


def render_mail(template: str, locale: str, context: dict[str, Any]) -> RenderedMail:
    """Render ``templates/email/<template>`` in the recipient's language.

    In English, where our words don't exist in it; what an operator wrote stays in its own.
    """
    with in_language(locale) as language:
        parts = [
            render_template(
                f"email/{template}/{part}",
                **_house_style(),
                **context,
                locale=str(language).replace("_", "-"),
            )
            for part in ("subject.txt", "body.txt", "body.html")
        ]
    subject, text, html = parts
    return RenderedMail(
        re.sub(r"\s+", " ", subject).strip(), text.strip() + "\n", INLINER.inline(html)
    )


def _house_style() -> dict[str, str]:
    identity = current_identity()
    return {"organisation": identity.organisation, "postal_address": identity.postal_address}
