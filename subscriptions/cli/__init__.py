"""The command line: parse, call one operation, say what happened.

Exit 0 on success, 1 on a refused or failed action, 2 on bad usage; never a traceback.
"""

from flask import Flask

from subscriptions.cli import (
    audit,
    backup,
    docs,
    exporting,
    importing,
    newsletters,
    operators,
    privacy,
    receipts,
    retention,
    serving,
    suppression,
)


def register(app: Flask) -> None:
    """Add the commands and groups to ``flask``."""
    for command in (
        serving.setup,
        serving.serve,
        serving.worker,
        newsletters.newsletter,
        operators.operator,
        exporting.export,
        importing.import_group,
        retention.retention,
        privacy.privacy,
        suppression.suppression,
        audit.audit,
        backup.backup_command,
        backup.restore_command,
        docs.docs,
    ):
        app.cli.add_command(command)
    privacy.privacy.add_command(receipts.verify_receipt)
