# One image for web and worker.
#
#   docker build -t assent .
#   docker run -p 8000:8000 -v assent:/data assent            the service, worker included
#   docker run -v assent:/data assent newsletter list         any other command
#
# It runs with a read-only root file system; only /data is written to (and /tmp, as a tmpfs).

FROM python:3.13-slim-bookworm AS build
COPY requirements.txt /build/
RUN python -m venv /venv
RUN /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes --use-pep517 -r /build/requirements.txt

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin assent
RUN install --directory --mode=0700 --owner=assent --group=assent /data
COPY --from=build /venv /venv
WORKDIR /app
COPY app.py ./
COPY templates ./templates
COPY static ./static
COPY subscriptions ./subscriptions
RUN /venv/bin/python -m compileall -q app.py subscriptions

ENV PATH="/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FLASK_SKIP_DOTENV=1 \
    ASSENT_DATA_DIR=/data \
    ASSENT_HOST=0.0.0.0 \
    ASSENT_PORT=8000
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
# `serve` brings the tables up to date before it answers.
ENTRYPOINT ["python", "-m", "flask", "--app", "app"]
CMD ["serve"]
