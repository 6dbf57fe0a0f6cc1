#!/usr/bin/env bash
# Lint and format the Lua of the Neovim plugin: scripts/lua.sh check, or scripts/lua.sh format.
# luacheck comes with Debian (lua-check), Homebrew and LuaRocks; StyLua comes from npm, once, into the cache folder.
# What cannot be had is skipped, and said to be.
set -euo pipefail
cd "$(dirname "$0")/.."

version=2.5.2
on_files() { # on_files COMMAND...: run it with the names of all Lua files
  find client-nvim scripts -name '*.lua' -print0 | xargs -0 "$@"
}

if [ "$1" = check ]; then
  if command -v luacheck > /dev/null; then
    on_files luacheck --quiet --no-color --config client-nvim/.luacheckrc
  else
    echo "skipped: there is no luacheck; \`apt-get install lua-check\` or \`brew install luacheck\` brings it"
  fi
fi

export STYLUA=${XDG_CACHE_HOME:-$HOME/.cache}/findspot-e2e/stylua
node=$(scripts/node.sh)
if [ "$(cat "$STYLUA/version" 2> /dev/null)" != "$version" ]; then
  mkdir -p "$STYLUA"
  if ! PATH=$node:$PATH npm install --prefix "$STYLUA" --no-save --no-audit --no-fund --loglevel=error "@johnnymorganz/stylua@$version" > /dev/null; then
    echo "skipped: StyLua $version cannot be installed from npm"
    exit 0
  fi
  echo "$version" > "$STYLUA/version"
fi
if [ "$1" = check ]; then
  on_files "$node/node" scripts/format_lua.mjs
else
  on_files "$node/node" scripts/format_lua.mjs --write
fi
