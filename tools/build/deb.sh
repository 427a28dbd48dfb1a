#!/usr/bin/env bash
# Makes the Debian packages in build/deb of the binaries in build/release: deb.sh [VERSION]
# Without a VERSION it is that of debian/changelog at its release, and before it one that sorts below: 0.1.0~git812.4d01e56.
set -euo pipefail
cd "$(dirname "$0")/../.."

release=$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
version=${1:-}
if [[ -z $version ]]; then
  version=$release
  if commit=$(git rev-parse --short HEAD 2>/dev/null) && [[ $(git tag --points-at HEAD) != *"v$release"* ]]; then
    version="$release~git$(git rev-list --count HEAD).$commit"
  fi
fi
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y debian/changelog)
export SOURCE_DATE_EPOCH

# In a copy, because the tools leave their traces beside the tree and in it.
tree=build/deb/tree/parley
rm -rf build/deb
mkdir -p "$tree"
tar --exclude=./build --exclude=./data --exclude=./.git --exclude=node_modules --exclude=__pycache__ -cf - . | tar -xf - -C "$tree"
sed -i "1s/(.*)/($version)/" "$tree/debian/changelog"
(cd "$tree" && PARLEY_BUILD="$OLDPWD/build/release" dpkg-buildpackage --build=binary --no-sign --no-pre-clean) >build/deb/log 2>&1 || {
  tail -40 build/deb/log
  echo "deb: the package was not built; the whole story is in build/deb/log" >&2
  exit 1
}
mv build/deb/tree/*.deb build/deb/tree/*.changes build/deb/tree/*.buildinfo build/deb/
rm -rf build/deb/tree
printf '%s\n' build/deb/*.deb
