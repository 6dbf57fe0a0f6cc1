#!/usr/bin/env bash
# The VS Code extension as its users have it: packaged, installed into a real VS Code, with a real server behind it.
# FINDSPOT names the server's executable (that of this checkout's environment otherwise). The last line is the tally.
# With a folder as argument nothing is tested, but it is measured how long a key in the list takes.
set -euo pipefail
[ $# -eq 0 ] || set -- "$(realpath "$1")"
cd "$(dirname "$0")/.."

findspot=${FINDSPOT:-$PWD/.venv/bin/findspot}
[ -x "$findspot" ] || { echo "there is no $findspot: run \`make run\` first, or set FINDSPOT" >&2; exit 1; }

missing=()
command -v chromium > /dev/null || missing+=(chromium fonts-dejavu-core)
[ -e /usr/include/gssapi/gssapi.h ] || missing+=(libkrb5-dev)
command -v c++ > /dev/null || missing+=(build-essential)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "please install first: ${missing[*]}" >&2
    exit 1
  fi
  echo "==> apt-get install ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}" > /dev/null
fi

node=$(scripts/node.sh)
codeserver=$(scripts/code_server.sh)
export PATH=$node:$PATH
export E2E_CODE_SERVER=$codeserver E2E_CHROMIUM E2E_VSIX=$PWD/client-vscode/dist/findspot.vsix E2E_FINDSPOT=$findspot
E2E_CHROMIUM=$(command -v chromium)

echo "==> the server as a wheel, for an environment that the extension makes"
wheels=${WHEELS:-${XDG_CACHE_HOME:-$HOME/.cache}/findspot-wheels}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$(dirname "$findspot")/python" -m pip --quiet --disable-pip-version-check wheel --no-deps --wheel-dir "$scratch" .
E2E_WHEEL=$(echo "$scratch"/findspot-*.whl)
export E2E_WHEEL PIP_FIND_LINKS=$wheels

echo "==> the extension, packaged"
make --silent client-vscode/node_modules/.package-lock.json
cd client-vscode
npm run --silent package > /dev/null
node scripts/build.mjs --tests
ls -l dist/findspot.vsix | awk '{ printf "    %d kB\n", $5 / 1000 }'
if [ $# -gt 0 ]; then
  node dist-test/bench/latency.js "$1"
  exit
fi
rm -rf dist-test/shots dist-test/*.json
mkdir -p dist-test/shots

failed=0
echo "==> pure parts"
node --test --test-reporter=tap "dist-test/unit/*.test.js" > dist-test/unit.tap || failed=1
grep -E '^ *(not ok|  ---)' dist-test/unit.tap || true
echo "==> inside the extension host"
node dist-test/host/run.js | tee dist-test/host.out || failed=1
echo "==> journeys"
node --test --test-reporter=tap --test-concurrency=1 "dist-test/journeys/*.test.js" > dist-test/journeys.tap || failed=1
grep -E '^ *(not )?ok ' dist-test/journeys.tap || true

tally() { # tally KIND: the sum over the two reports in TAP and mocha's own
  local taps hosts
  taps=$(sed -n "s/^# $1 //p" dist-test/unit.tap dist-test/journeys.tap | awk '{ sum += $1 } END { print sum + 0 }')
  hosts=$(sed -n "s/^host:.* \([0-9]*\) $2.*/\1/p" dist-test/host.out)
  echo $((taps + ${hosts:-0}))
}
echo "vscode: $(tally pass passed) passed, $(tally fail failed) failed"
exit "$failed"
