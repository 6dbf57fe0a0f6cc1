#!/usr/bin/env bash
# Deploys the site.
set -e
source ./lib/common.sh
. "$HOME/.deployrc"

TARGET=production
export REGION=eu
count=1

# Builds everything.
build() {
  local dir="$1"
  npm run build
  log "built $dir"
}

function upload {
  build dist
  rsync -a dist/ "$TARGET"
}

upload "$@"
