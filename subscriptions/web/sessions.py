"""Sessions exist in the admin only: nothing else can set or read a cookie."""

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel.speaklater import LazyString

from subscriptions.config import Settings
from subscriptions.core.words import lazy_gettext as _

PATH = "/admin"
NAME = "assent"
# Every cookie that this service sets, and what for; the privacy notice lists them.
COOKIES: dict[str, LazyString] = {
    NAME: _(
        "Keeps an operator signed in and protects the forms of the admin. It ends with the "
        "browser, at the latest after 12 hours. Subscribers never get it: it exists below /admin."
    )
}


class AdminSessions(SecureCookieSessionInterface):
    """A signed cookie below ``/admin``; a session that can't be written everywhere else."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of an admin request; None makes Flask use one that refuses writes."""
        if request.path == PATH or request.path.startswith(f"{PATH}/"):
            return super().open_session(app, request)
        return None

    def get_cookie_path(self, app: Flask) -> str:
        """The admin's path as the browser sees it, below whatever a proxy puts in front."""
        return f"{request.script_root}{PATH}"


def configure(app: Flask, settings: Settings) -> None:
    """Bind the sessions."""
    app.session_interface = AdminSessions()
    app.config["SESSION_COOKIE_NAME"] = NAME
    app.config["SESSION_COOKIE_SECURE"] = settings.is_https
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    # A form may stay open as long as its session lives.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
