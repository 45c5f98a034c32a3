#!/usr/bin/env bash
# Runs the PTX of Debian's package gcc-12-offload-nvptx on the emulator: every file parses, and its libm and libgcc agree with
# Java's. Fetches the package by apt, once, into a folder that git ignores; nothing of it is ever committed. Needs apt-get (with
# Debian 12 among its sources), dpkg-deb and Maven. Options of this script go to Maven: -Dclipjet.nvptx.inputs=20000.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../../.." && pwd)
cache=$root/.cache/nvptx
libraries=$cache/usr/lib/gcc/x86_64-linux-gnu/12/accel/nvptx-none
if [ ! -e "$libraries/libm.a" ]; then
  mkdir -p "$cache"
  (cd "$cache" && apt-get download gcc-12-offload-nvptx)
  dpkg-deb -x "$cache"/gcc-12-offload-nvptx_*.deb "$cache"
fi
cd "$root"
exec mvn -B -q -pl kernels/emulator -am test -Dtest='dev.clipjet.ptx.nvptx.*Test' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dclipjet.nvptx="$libraries" "$@"
