# syntax=docker/dockerfile:1
ARG PYTHON=3.12

# Builds what the bakery runs.
FROM --platform=$BUILDPLATFORM python:${PYTHON}-slim AS mill
ENV FLOUR=rye
RUN apt-get update && \
    # for the stones
    apt-get install -y mill
COPY . /src

FROM mill AS oven
RUN bake

from scratch
COPY --from=oven /loaves /loaves
RUN --mount=type=bind,from=mill,target=/m cp /m/x /x
CMD ["sell"]
