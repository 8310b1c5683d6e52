FROM python:3.12-slim AS build
WORKDIR /build
# Only what decides the dependencies, so that a change to the code does not install them again.
COPY pyproject.toml README.md ./
COPY .ci/pins.txt .ci/pins.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --constraint .ci/pins.txt .

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin journeydesk \
    && install --directory --owner=journeydesk --mode=700 /data
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py ./
COPY dashboard dashboard
COPY visitors visitors
COPY templates templates
COPY static static
# Settings come from the environment only. The database of a small deployment and the collected static files are in /data.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENV_FILE="" STATE_DIR=/data
USER 10001
VOLUME /data
EXPOSE 8000
# Needs localhost in ALLOWED_HOSTS.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/healthz', timeout=4)"]
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
