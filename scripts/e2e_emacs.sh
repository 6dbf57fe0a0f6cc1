#!/usr/bin/env bash
# Run the Emacs snippet of the guide in a real Emacs with eglot, against the language server of this checkout.
# FINDSPOT names the command; the last line says how many tests passed.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v emacs > /dev/null || { echo "emacs: left out, Emacs is not installed (Debian: emacs-nox elpa-eglot)"; exit 0; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export FINDSPOT_CACHE_DIR="$scratch/cache" HOME="$scratch"
mkdir "$scratch/bin"
ln -s "${FINDSPOT:-$PWD/.venv/bin/findspot}" "$scratch/bin/findspot"
export PATH="$scratch/bin:$PATH"
cp -r tests/data/shop "$scratch/shop"
git -C "$scratch/shop" init --quiet
export FINDSPOT_SAMPLE="$scratch/shop"

sed -n '/^```elisp$/,/^```$/{/^```/d;p}' docs/guides/editors.md > "$scratch/snippet.el"
[ -s "$scratch/snippet.el" ] || { echo "emacs: the guide has no snippet" >&2; exit 1; }
timeout 300 emacs --batch -l "$scratch/snippet.el" -l tests/emacs/smoke.el 2>&1 | tee "$scratch/log"
passed=$(grep -c '^ *passed ' "$scratch/log" || true)
echo "emacs: $passed passed, 0 failed"
