#!/usr/bin/env bash
# Lint the Lua of the Neovim plugin. luacheck comes with Debian (lua-check), Homebrew and LuaRocks; without it this says so.
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v luacheck > /dev/null; then
  luacheck --quiet --no-color --config client-nvim/.luacheckrc client-nvim scripts/*.lua
else
  echo "skipped: there is no luacheck; \`apt-get install lua-check\` or \`brew install luacheck\` brings it"
fi
