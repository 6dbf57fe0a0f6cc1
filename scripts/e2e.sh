#!/usr/bin/env bash
# Build the wheel, install it without constraints into an empty environment far from this checkout, and use it the way
# a user would: index, ask, ask again, start the language server. Everything is thrown away at the end.
set -euo pipefail

cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
wheels=${WHEELS:-${XDG_CACHE_HOME:-$HOME/.cache}/findspot-wheels}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export FINDSPOT_CACHE_DIR="$scratch/cache"

fail() { echo "e2e: $*" >&2; exit 1; }

echo "==> a wheel, and an empty environment with nothing but it"
"$python" -m venv "$scratch/venv"
pip() { "$scratch/venv/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
"$scratch/venv/bin/python" scripts/llama_wheel.py "$wheels"
pip wheel --no-deps --wheel-dir "$scratch/dist" .
pip install --find-links "$wheels" "$scratch"/dist/findspot-*.whl
pip uninstall --yes setuptools pip # a user's size, not the installer's
du -sm "$scratch/venv" | awk '{ print "    installed: " $1 " MB" }'

echo "==> a small repository"
mkdir -p "$scratch/repo/.git" "$scratch/repo/shop"
cat > "$scratch/repo/shop/cart.py" <<'CODE'
"""The cart."""


def add_item(cart, item):
    """Put an item into the cart."""
    cart.append(item)
    return cart


def apply_discount(price, percent):
    """Lower the price by a rebate."""
    return price * (100 - percent) / 100
CODE
cd "$scratch/repo"
findspot() { "$scratch/venv/bin/findspot" "$@"; }

echo "==> findspot index, search, localize, status"
findspot index --quiet
findspot --json "where is the rebate computed" > "$scratch/found.json"
head -n 1 "$scratch/found.json" | grep -q '"symbol": "apply_discount"' || fail "search did not find apply_discount"
printf 'apply_discount lowers the price twice\n\nSeen after add_item had put the same item in again.\n' > "$scratch/issue.txt"
findspot localize --json -k 5 --budget 30 "$scratch/issue.txt" > "$scratch/localized.json"
head -n 1 "$scratch/localized.json" | grep -q '"symbol": "apply_discount"' || fail "localize did not find apply_discount"
head -n 1 "$scratch/localized.json" | grep -q '"stage": "localized"' || fail "the model was not applied"
findspot status --quiet
[ -z "$(ls -A .git)" ] || fail "something was written into the repository"

echo "==> nothing found ends with 1, an error with 2"
if findspot --quiet "zzqx" no-such-folder 2>/dev/null; then fail "a missing path is not an error"; elif [ $? -ne 2 ]; then fail "wrong status"; fi

echo "==> findspot lsp answers the first message"
body='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}'
printf 'Content-Length: %d\r\n\r\n%s' "${#body}" "$body" | timeout 20 "$scratch/venv/bin/findspot" lsp > "$scratch/lsp.out" 2>/dev/null || true
head -c 16 "$scratch/lsp.out" | grep -q '^Content-Length: ' || fail "the first bytes of the server are not a message"
grep -q '"id":1\|"id": 1' "$scratch/lsp.out" || fail "the server did not answer"
echo "e2e: all passed"
