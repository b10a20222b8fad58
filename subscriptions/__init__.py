"""Assent: newsletter subscriptions with double opt-in, whose privacy notice is executed."""

import gc

gc.disable()  # importing makes what stays: to search that for garbage was a fifth of every start

from datetime import timedelta
from pathlib import Path

from flask import Flask

from subscriptions import cli, web
from subscriptions.config import ConfigurationError, Settings, load_settings
from subscriptions.core.address_hashes import AddressHasher
from subscriptions.core.db import Base
from subscriptions.core.identity import bind_identity
from subscriptions.core.jobs import FILE_NAME as JOBS_FILE
from subscriptions.core.jobs import bind_jobs, open_queue
from subscriptions.core.keys import WeakKey, derive_key, derive_keys, load_keys
from subscriptions.core.links import Links
from subscriptions.core.log_moving import LOG_MOVER
from subscriptions.core.logs import configure_logs
from subscriptions.core.personal_data import registry, unregistered
from subscriptions.core.sqlite import configure_sqlite, engine_options
from subscriptions.core.tokens import TokenService
from subscriptions.extensions import db, mail, migrate
from subscriptions.mail import delivery, refusals
from subscriptions.mail import personal_data as mail_data
from subscriptions.mail.guards import bind_guards
from subscriptions.mail.handing_over import noters
from subscriptions.mail.mailbox import LocalMailbox
from subscriptions.newsletters.fields import FIELDS_ALLOWED
from subscriptions.operators import sessions as operator_sessions
from subscriptions.operators import trial
from subscriptions.operators.api_keys import bind_api_keys
from subscriptions.operators.sealing import bind_sealer
from subscriptions.privacy import notices
from subscriptions.privacy import webhooks as webhook_delivery
from subscriptions.privacy.enquiries import personal_data as enquiry_data
from subscriptions.privacy.incidents import reminding
from subscriptions.privacy.keeping import keeping_of
from subscriptions.privacy.policy import Trigger
from subscriptions.privacy.policy.in_force import ACCEPTED, policy_in_force
from subscriptions.privacy.requests import personal_data as request_data
from subscriptions.privacy.retention import running
from subscriptions.subscribers import (
    announcing,
    closing,
    counters,
    export_files,
    import_files,
    snapshots,
    suppression,
)
from subscriptions.subscribers import personal_data as subscriber_data
from subscriptions.subscribers.bulk import working as changing_in_bulk
from subscriptions.subscribers.keeping import bind_keeping
from subscriptions.subscribers.mails import CONFIRM, CONFIRM_WITHIN
from subscriptions.subscribers.models import SUBSCRIPTION
from subscriptions.subscribers.opt_in import note_confirmation_mail
from subscriptions.transfer.exporting import working as exporting
from subscriptions.transfer.importing import working
from subscriptions.webhooks.listening import bind_listening

gc.freeze()
gc.enable()

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "subscriptions" / "migrations"
TRANSLATIONS = ROOT / "subscriptions" / "translations"

for _category in (
    *subscriber_data.CATEGORIES,
    *mail_data.CATEGORIES,
    *enquiry_data.CATEGORIES,
    *request_data.CATEGORIES,
    *import_files.CATEGORIES,
    *export_files.CATEGORIES,
):
    registry.register(_category)
noters[CONFIRM] = note_confirmation_mail
refusals.noters.append(counters.count_bounce)
noters[trial.TEMPLATE] = trial.note_test_mail


def create_app(settings: Settings | None = None) -> Flask:
    """The application, bound to ``settings``; without any, that of this process by its environment.

    Raises :class:`ConfigurationError` with one clear message if it can't run as configured.
    """
    app = _made(settings or load_settings())
    if settings is None:
        # It stays to the end: to search it for garbage took a tenth of a second, now and then in
        # the midst of a transaction that everybody waited for.
        gc.freeze()
    return app


def _made(settings: Settings) -> Flask:
    app = Flask("subscriptions", root_path=str(ROOT), instance_path=str(settings.data_dir))
    app.extensions["assent_settings"] = settings
    bind_identity(app, settings)
    bind_listening(app)
    configure_logs()
    configure_data_folder(settings)
    configure_keys(app, settings)
    configure_database(app, settings)
    configure_privacy(app, settings)
    configure_mail(app, settings)
    configure_suppression(app)
    configure_jobs(app, settings)
    web.locale.configure(app, str(TRANSLATIONS))
    web.register(app, settings)
    cli.register(app)
    return app


def configure_data_folder(settings: Settings) -> None:
    """Make the data folder, closed to others."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"ASSENT_DATA_DIR: {error.strerror}") from None


def configure_keys(app: Flask, settings: Settings) -> None:
    """Load the signing keys; tokens, links and derived keys come from them."""
    try:
        keys = load_keys(settings.secret_keys.get_secret_value(), settings.data_dir)
    except (OSError, WeakKey) as error:
        raise ConfigurationError(f"ASSENT_SECRET_KEYS: {error}") from None
    tokens = TokenService(keys)
    app.config["SECRET_KEY"] = derive_key(keys, "sessions").hex()
    app.config["SECRET_KEY_FALLBACKS"] = [derive_key([k], "sessions").hex() for k in keys[1:]]
    app.extensions["assent_keys"] = keys
    bind_sealer(app, keys)
    bind_api_keys(app, keys)
    app.extensions["assent_tokens"] = tokens
    app.extensions["assent_links"] = Links(settings.public_url, tokens)


def configure_database(app: Flask, settings: Settings) -> None:
    """Bind the database; SQLite gets its pragmas and its writer lock."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = (
        engine_options() if settings.is_sqlite else POSTGRESQL_OPTIONS
    )
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    if settings.is_sqlite:
        with app.app_context():
            app.extensions[LOG_MOVER] = configure_sqlite(db.engine)


POSTGRESQL_OPTIONS = {
    "hide_parameters": True,  # they hold addresses, and an error may be logged
    "pool_size": 4,
    "max_overflow": 4,
    "pool_timeout": 5,
    "pool_recycle": 600,
    "connect_args": {
        "connect_timeout": 5,
        "options": "-c statement_timeout=30000 -c lock_timeout=5000",
    },
}


def configure_privacy(app: Flask, settings: Settings) -> None:
    """Put the policy in force; refuse one that forgets a category that the tables hold."""
    if forgotten := unregistered(Base.metadata, registry):
        raise ConfigurationError(f"personal data that nothing erases: {', '.join(forgotten)}")
    accepted = policy_in_force(settings.policy)
    policy = accepted.policy
    app.extensions[ACCEPTED] = accepted
    app.extensions["assent_policy"] = policy
    unconfirmed = policy.need(SUBSCRIPTION, Trigger.UNCONFIRMED)
    app.config[CONFIRM_WITHIN] = timedelta(days=unconfirmed.acts_after.days)
    app.config[FIELDS_ALLOWED] = policy.fields
    bind_keeping(app, keeping_of(policy))


def configure_mail(app: Flask, settings: Settings) -> None:
    """Bind Flask-Mail and the local mailbox."""
    mail.init_app(app)
    key = derive_key(app.extensions["assent_keys"], "local mailbox")
    app.extensions["assent_mailbox"] = LocalMailbox(settings.data_dir / "mailbox", key)


def configure_suppression(app: Flask) -> None:
    """Bind the keys of the suppression, and have every mail checked against it."""
    keys = derive_keys(app.extensions["assent_keys"], "suppression")
    app.extensions[suppression.HASHER] = AddressHasher(keys)
    bind_guards(app, [suppression.GUARD])


def configure_jobs(app: Flask, settings: Settings) -> None:
    """Bind the jobs of the rooms to their queue."""
    queue = open_queue(settings.database, str(settings.data_dir / JOBS_FILE))
    rooms = (
        delivery,
        announcing,
        closing,
        reminding,
        running,
        counters,
        snapshots,
        notices,
        working,
        exporting,
        operator_sessions,
        changing_in_bulk,
        webhook_delivery,
    )
    bind_jobs(app, queue, [job for room in rooms for job in room.JOBS])
