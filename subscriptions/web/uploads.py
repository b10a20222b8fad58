"""Where an uploaded file is while its request lasts."""

from tempfile import TemporaryFile
from typing import IO

from flask import Request, current_app


class UploadRequest(Request):
    """A request whose files are in the data folder: nameless, open to us alone, gone with it.

    The folder for temporary files may be memory, and is everybody's.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return TemporaryFile(dir=current_app.extensions["assent_settings"].data_dir)
