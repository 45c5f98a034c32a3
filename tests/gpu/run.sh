#!/usr/bin/env bash
# The GPU suite: every operation against the CPU and the original, every launch against the emulator, compute-sanitizer.
#
#   tests/gpu/run.sh GOLDEN [OPTION]...     on a machine with Maven: builds, then runs
#   tests/gpu/run.sh --collect              builds tests/gpu/target/suite: a folder of jars that a machine with a GPU and a
#                                           Java runtime runs without Maven:
#       java -cp 'suite/*' dev.clipjet.tests.gpu.Main --golden GOLDEN
#
# Options: --device emulated (an emulator in the place of the GPU), --case NAME (again and again), --no-sanitizer.
# Exit codes: 0 passed, 1 failed, 2 wrong usage, 3 no GPU that the kernels run on.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
(cd "$root" && mvn -q -B -DskipTests package -pl tests/gpu -am) || exit 1
if [ "$1" = --collect ]; then
  echo "$root/tests/gpu/target/suite"
  exit 0
fi
golden=$1
shift
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" --enable-native-access=ALL-UNNAMED -cp "$root/tests/gpu/target/suite/*" \
  dev.clipjet.tests.gpu.Main --golden "$golden" "$@"
