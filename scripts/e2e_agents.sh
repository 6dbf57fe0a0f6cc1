#!/usr/bin/env bash
# Real agent programs, set up by `findspot install`, use the real server of this checkout; the model is a stand-in on
# loopback. The programs come from npm in pinned versions, once, into the cache folder: 1.1 GB, a minute.
# FINDSPOT_AGENTS names another folder of them. Arguments go to pytest; the last line is the tally.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=(
  @anthropic-ai/claude-code@2.1.332
  @google/gemini-cli@0.61.0
  @openai/codex@0.171.0
  @qwen-code/qwen-code@0.24.4
  opencode-ai@1.18.33
)
home=${XDG_CACHE_HOME:-$HOME/.cache}/findspot-e2e/agents
node=$(scripts/node.sh)

if [ -z "${FINDSPOT_AGENTS:-}" ]; then
  if [ "$(cat "$home/versions" 2> /dev/null)" != "${programs[*]}" ]; then
    echo "==> agent programs (1.1 GB, a minute, once)"
    rm -rf "$home"
    mkdir -p "$home"
    PATH=$node:$PATH npm install --prefix "$home" --no-save --no-audit --no-fund --loglevel=error "${programs[@]}"
    # What no test needs: a second build of OpenCode, and what Codex speaks and listens with.
    rm -rf "$home"/node_modules/opencode-linux-*-baseline "$home"/node_modules/@openai/codex-*/vendor/*/codex-resources/voice
    du -sm "$home" | awk '{ print "    installed: " $1 " MB" }'
    echo "${programs[*]}" > "$home/versions"
  fi
  FINDSPOT_AGENTS=$home/node_modules/.bin
fi
export FINDSPOT_AGENTS=$FINDSPOT_AGENTS:$node

failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
.venv/bin/python -m pytest tests/agents -m agents -q -n 2 "$@" 2>&1 | tee "$log" || failed=1
count() { sed -n "s/.*\b\([0-9]\+\) $1.*/\1/p" "$log" | tail -n 1; }
passed=$(count passed)
broken=$(count failed)
echo "agents: ${passed:-0} passed, ${broken:-0} failed"
exit "$failed"
