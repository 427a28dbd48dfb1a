#!/usr/bin/env bash
# Finds Node for the TypeScript, or brings one, and installs what the package-lock.json files name. Quick when nothing
# changed. Debian 12's Node is too old for Vite; then the one of tools/build/node is put into build/tools/node, whose bin
# goes before everything else on the PATH of the Makefile and of CMake.
set -euo pipefail
cd "$(dirname "$0")/../.."

own=build/tools/node
export PATH="$PWD/$own/bin:$PATH"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
stop() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# ^20.19.0 || >=22.12.0
is_new_enough() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null
}

# install FOLDER WHAT
install() {
  # A copy of the lock file, put there last, tells what was installed.
  local done="$1/node_modules/.installed-lock.json"
  cmp -s "$1/package-lock.json" "$done" && return
  say "Installing $2"
  npm ci --prefix "$1" --no-audit --no-fund --loglevel=error || stop "npm ci in $1 failed: check the network, then try again."
  cp "$1/package-lock.json" "$done"
}

# Debian's npm does not link a program that is called node.
link_own() {
  local found=($own/node_modules/node-linux-*/bin/node)
  mkdir -p $own/bin
  ln -sf "../${found[0]#"$own"/}" $own/bin/node
  ln -sf ../node_modules/npm/bin/npm-cli.js $own/bin/npm
  ln -sf ../node_modules/npm/bin/npx-cli.js $own/bin/npx
  hash -r
}

if ! is_new_enough || { [[ -d $own ]] && ! cmp -s tools/build/node/package-lock.json $own/package-lock.json; }; then
  rm -rf $own
  hash -r
  command -v npm >/dev/null || stop "there is no npm; install Debian's, or Node 20.19 or newer with its npm."
  mkdir -p $own
  cp tools/build/node/package*.json $own/
  install $own "Node of our own, because $(node --version 2>/dev/null || echo 'what is here') is too old for Vite"
  link_own
  is_new_enough || stop "Node from the npm registry does not run here. Install Node 20.19 or newer, then try again."
fi

install . "the npm packages of sdk and web"
install tests/e2e/node "the npm packages of the end-to-end tests"
