#!/usr/bin/env bash
# The search page in a real Chromium without a screen, against the real server of this checkout; axe-core looks for what
# keeps people out. FINDSPOT names the command; SHOTS a folder for pictures. The last line is the tally.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v chromium > /dev/null; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "please install first: chromium" >&2
    exit 1
  fi
  echo "==> apt-get install chromium"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium fonts-dejavu-core > /dev/null
fi

tests=tests/web/browser
PATH=$(scripts/node.sh):$PATH
if ! cmp --silent "$tests/package-lock.json" "$tests/node_modules/installed"; then
  npm ci --prefix "$tests" --loglevel=error
  cp "$tests/package-lock.json" "$tests/node_modules/installed"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export FINDSPOT_CACHE_DIR="$scratch/cache" XDG_CONFIG_HOME="$scratch/config"
E2E_FINDSPOT=${FINDSPOT:-$PWD/.venv/bin/findspot} E2E_CHROMIUM=$(command -v chromium) E2E_ROOT=$scratch/shop
export E2E_FINDSPOT E2E_CHROMIUM E2E_ROOT
cp -r tests/data/shop "$E2E_ROOT"

failed=0
timeout --kill-after=10 200 node --test --test-timeout=60000 --test-reporter=spec "$tests/page.test.mjs" 2>&1 | tee "$scratch/log" || failed=1
count() { sed -n "s/^ℹ $1 \([0-9]*\)$/\1/p" "$scratch/log"; }
echo "web: $(count pass) passed, $(count fail) failed"
exit "$failed"
