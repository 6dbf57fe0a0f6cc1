#!/usr/bin/env bash
# Print the path of code-server's entry point: VS Code's own workbench and extension host, served to a browser. It is what
# the VS Code extension is tested in. 600 MB and two minutes, once, into the cache folder; needs gcc, make and libkrb5-dev.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.139.1
home=${XDG_CACHE_HOME:-$HOME/.cache}/findspot-e2e/code-server
node=$(scripts/node.sh)

if [ "$(cat "$home/version" 2> /dev/null)" != "$version on $("$node/node" --version)" ]; then
  echo "==> code-server $version (600 MB, two minutes, once)" >&2
  rm -rf "$home"
  mkdir -p "$home"
  # Compiled against the Node that will run it, wherever the user's own npm settings point.
  PATH=$node:$PATH npm_config_nodedir=$(dirname "$node") \
    "$node/npm" install --prefix "$home" --no-save --no-audit --no-fund --loglevel=error "code-server@$version" >&2
  echo "$version on $("$node/node" --version)" > "$home/version"
fi
echo "$home/node_modules/code-server/out/node/entry.js"
