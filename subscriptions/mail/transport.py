"""SMTP: Flask-Mail's connection with what it lacks.

Flask-Mail opens its connection without a timeout, ignores what the server refuses of a message
and builds the MIME part itself. This connection has a timeout on every step, insists on TLS where
the setting does, and says whether a refusal is for good.
"""

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from flask_mail import Connection, Mail

from subscriptions.mail.message import needs_smtputf8

TIMEOUT = 15.0  # seconds, for each step of the dialogue


class DeliveryFailed(Exception):
    """A message was not accepted. The text is for operators and holds no address.

    ``bounced`` says that the server wants neither this recipient nor this message, ever: which is
    about the address, and not about us or our server.
    """

    def __init__(self, reason: str, *, permanent: bool, bounced: bool = False) -> None:
        self.reason = reason
        self.permanent = permanent
        self.bounced = bounced
        super().__init__(reason)


class ServerUnreachable(DeliveryFailed):
    """The server can't be talked to at all; trying the next message now is in vain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=False)


class Transport(Connection):
    """One SMTP connection, for one or several messages. A context manager."""

    host: smtplib.SMTP | smtplib.SMTP_SSL | None

    def __init__(self, mail: Mail, url: str) -> None:
        super().__init__(mail)
        self._url = urlsplit(url)

    @property
    def is_open(self) -> bool:
        """Whether the connection can take another message."""
        return self.host is not None

    def __enter__(self) -> Self:
        try:
            self.host = self.configure_host()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerUnreachable(_reason(error)) from None
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self.host is None:
            return
        try:
            self.host.quit()
        except (OSError, smtplib.SMTPException):
            self.host.close()

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Open the connection as the URL says: TLS, STARTTLS where offered or required, login."""
        hostname = self._url.hostname or "localhost"
        if self._url.scheme == "smtps":
            context = ssl.create_default_context()
            host: smtplib.SMTP = smtplib.SMTP_SSL(
                hostname, self._url.port or 465, timeout=TIMEOUT, context=context
            )
        else:
            host = smtplib.SMTP(hostname, self._url.port or 25, timeout=TIMEOUT)
            self._start_tls(host)
        if self._url.username:
            host.login(unquote(self._url.username), unquote(self._url.password or ""))
        return host

    def deliver(self, mime: EmailMessage, sender: str, recipient: str) -> None:
        """Hand one message over, or raise :class:`DeliveryFailed`."""
        if self.host is None:
            raise DeliveryFailed("the connection is closed", permanent=False)
        options = ["SMTPUTF8"] if needs_smtputf8(recipient) else []
        try:
            self.host.sendmail(sender, [recipient], mime.as_bytes(), options)
        except smtplib.SMTPRecipientsRefused as error:
            code, _answer = next(iter(error.recipients.values()))
            self._clear()
            final = code >= 500
            said = f"recipient refused ({code})"
            raise DeliveryFailed(said, permanent=final, bounced=final) from None
        except smtplib.SMTPResponseException as error:
            self._clear()
            final = 500 <= error.smtp_code < 600
            back = final and isinstance(error, smtplib.SMTPDataError)
            raise DeliveryFailed(_reason(error), permanent=final, bounced=back) from None
        except smtplib.SMTPNotSupportedError:
            raise DeliveryFailed(
                "the server does not take international addresses (RFC 6531)", permanent=True
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            self.host.close()
            self.host = None
            raise DeliveryFailed(_reason(error), permanent=False) from None

    def _start_tls(self, host: smtplib.SMTP) -> None:
        host.ehlo_or_helo_if_needed()
        if host.has_extn("starttls"):
            # Opportunistic TLS can't verify: many servers have no certificate for their name.
            strict = self._url.query == "starttls=require"
            host.starttls(context=ssl.create_default_context() if strict else _lenient())
            host.ehlo()
        elif self._url.query == "starttls=require":
            host.close()
            raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS")

    def _clear(self) -> None:
        if self.host is not None and self.host.sock is None:
            self.host = None


def _lenient() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _reason(error: Exception) -> str:
    # The server's words may repeat the address; its code and the error's kind may not.
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} ({error.smtp_code})"
    if isinstance(error, OSError) and error.errno:
        return f"{type(error).__name__} (errno {error.errno})"
    return type(error).__name__
