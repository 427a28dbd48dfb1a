#!/usr/bin/env bash
# Installs what is missing: setup.sh GROUP... (build, test, lint; see packages.txt). Quick when nothing is.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
stop() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

wanted=()
while read -r name group; do
  [[ -z "$name" || "$name" == \#* ]] && continue
  if [[ "$group" == *\[*\] ]]; then
    command="${group#*[}"
    command -v "${command%]}" >/dev/null && continue
    group="${group%%[*}"
  fi
  [[ " $* " == *" $group "* ]] && wanted+=("$name")
done <tools/build/packages.txt

command -v dpkg-query >/dev/null || stop "this needs Debian 12. Elsewhere install the equivalents of tools/build/packages.txt and use cmake --preset release."

# dpkg-query fails for packages it has never heard of; those are missing too.
installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' ' || true) "
missing=()
for name in "${wanted[@]}"; do
  [[ "$installed" == *" $name "* ]] || missing+=("$name")
done

as_root=()
((EUID == 0)) || as_root=(sudo)
if ((${#missing[@]})); then
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  ((EUID == 0)) || command -v sudo >/dev/null || stop "packages are missing and there is no sudo. As root: apt-get install ${missing[*]}"
  "${as_root[@]}" apt-get update -q || stop "apt-get update failed: check the network and /etc/apt/sources.list, then try again."
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" ||
    stop "installing failed: see above. This tree is made for Debian 12 (bookworm) with its updates enabled."
fi

unpack() {
  (
    cd build/tools
    apt-get download -q -o APT::Sandbox::User=root "$@" && for file in ./*.deb; do dpkg -x "$file" . && rm "$file"; done
  )
}
if [[ " $* " == *" test "* ]]; then
  mkdir -p build/tools
  missing=()
  while read -r name group; do
    [[ "$group" != unpack || -x build/tools/usr/sbin/$name ]] || missing+=("$name")
  done <tools/build/packages.txt
  if ((${#missing[@]})); then
    say "Unpacking into build/tools, for tests alone: ${missing[*]}"
    # The lists of packages may be old, or not there.
    unpack "${missing[@]}" >/dev/null 2>&1 || { "${as_root[@]}" apt-get update -q && unpack "${missing[@]}"; } >/dev/null ||
      stop "apt-get download ${missing[*]} failed: check the network and /etc/apt/sources.list, then try again."
  fi
fi

if [[ " $* " == *" build "* || " $* " == *" test "* || " $* " == *" lint "* ]]; then
  tools/build/node.sh
fi
