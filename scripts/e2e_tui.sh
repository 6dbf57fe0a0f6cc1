#!/usr/bin/env bash
# The interactive view in a real terminal: tmux. What it showed is kept in the folder FINDSPOT_CAPTURES, else in one that is
# named at the end. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v tmux > /dev/null || { echo "tui: left out, tmux is not installed (Debian: tmux)"; exit 0; }
tmux -V
export FINDSPOT_CAPTURES=${FINDSPOT_CAPTURES:-$(mktemp -d -t findspot-captures-XXXXXX)}
tests=$(mktemp)
trap 'rm -f "$tests"' EXIT
failed=0
.venv/bin/python -m pytest tests/tui -m editors -q "$@" | tee "$tests" || failed=1
echo "tui: $(tail -n 1 "$tests"); captures in $FINDSPOT_CAPTURES"
exit "$failed"
