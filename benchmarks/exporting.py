"""Export: the service's CSV of a whole newsletter beside `sqlite3 -csv` on the same file."""

import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.needs import program
from benchmarks.processes import run
from benchmarks.scale import Scale
from benchmarks.seed import Crowd
from benchmarks.service import EXPORT_SECONDS, Exported, Service, count_rows

# The columns of the service's export, without the two signed links that it makes for each row.
QUERY = """
SELECT subscribers.address, subscriptions.status,
  (SELECT group_concat(topics.slug, ' ') FROM subscription_topics
    JOIN topics ON topics.id = subscription_topics.topic_id
    WHERE subscription_topics.subscription_id = subscriptions.id) AS topics,
  subscriptions.frequency, subscriptions.locale,
  strftime('%Y-%m-%dT%H:%M:%SZ', subscriptions.requested_at) AS requested_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', subscriptions.confirmed_at) AS confirmed_at,
  signup_forms.slug AS source_form,
  (SELECT consent_records.wording_hash FROM consent_records
    WHERE consent_records.subscription_id = subscriptions.id
    ORDER BY consent_records.id DESC LIMIT 1) AS consent_wording,
  profiles.name, profiles.company
FROM subscriptions
  JOIN subscribers ON subscribers.id = subscriptions.subscriber_id
  LEFT JOIN signup_forms ON signup_forms.id = subscriptions.form_id
  LEFT JOIN profiles ON profiles.subscription_id = subscriptions.id
WHERE subscriptions.newsletter_id = (SELECT id FROM newsletters WHERE slug = 'news')
  AND subscriptions.status IN ('active', 'pending')
ORDER BY subscriptions.id
"""


@dataclass(frozen=True, slots=True)
class Plain:
    """What the database's own shell did."""

    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


@dataclass(frozen=True, slots=True)
class ExportFigures:
    """The service's export of few and of many subscribers, and the shell's of many."""

    few: Exported
    many: Exported
    plain: Plain

    @property
    def growth(self) -> int:
        """Bytes by which the larger export's peak is above the smaller's."""
        return self.many.peak - self.few.peak

    @property
    def share(self) -> float:
        """The service's rows per second as a share of the shell's."""
        return self.many.rate / self.plain.rate


def measure_export(large: Service, small: Service, scale: Scale) -> ExportFigures:
    """`large` is filled already; `small` is made ready here. Nothing else should be running."""
    small.prepare(Crowd(scale.few, rounds=1, per_load=0))
    few = small.export()
    plain = _plain(large)
    return ExportFigures(few, large.export(), plain)


def _plain(service: Service) -> Plain:
    target = service.folder / "plain.csv"
    database = service.settings.database.removeprefix("sqlite:///")
    words = [program("sqlite3"), "-readonly", "-csv", "-header", database]
    started = time.monotonic()
    run([*words, f".output {target}", QUERY], service.env, Path(database).parent, EXPORT_SECONDS)
    return Plain(count_rows(target), time.monotonic() - started)
