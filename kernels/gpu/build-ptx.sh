#!/usr/bin/env bash
# Compiles src/main/cuda/*.cu to the PTX that ships. Run through Maven, which writes the manifest afterwards:
#
#   mvn -Pcuda process-test-classes -pl kernels/gpu -am
#
# The compiler is nvcc 13.0 from its Python wheels (python3 with venv and pip; 10 s, once), or $CLIPJET_NVCC. Names on the
# command line restrict the work to those sources. Each source says in its first line which architectures it is for:
#   // targets: sm_80 sm_90a
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [[ -z ${CLIPJET_NVCC:-} ]]; then
  home=${XDG_CACHE_HOME:-$HOME/.cache}/clipjet-nvcc-13.0
  if [[ ! -e $home/ready ]]; then
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 \
      nvidia-cuda-crt==13.0.88 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85
    touch "$home/ready"
  fi
  CLIPJET_NVCC=$(echo "$home"/lib/python3*/site-packages/nvidia/cu13/bin/nvcc)
fi
out=$here/src/main/resources/dev/clipjet/kernels/gpu/ptx
mkdir -p "$out"
cd "$here/src/main/cuda"
if (($#)); then sources=("$@"); else sources=(*.cu); rm -f "$out"/*.ptx; fi
for source in "${sources[@]}"; do
  for target in $(sed -n '1s|^// targets: ||p' "$source"); do
    ptx=$out/${source%.cu}.$target.ptx
    # -lineinfo: what the emulator finds is reported at the line of the source.
    "$CLIPJET_NVCC" -ptx -std=c++17 -O3 -lineinfo -arch="$target" -Iinclude "$source" -o "$ptx"
    # Drivers from 525 on take version 8.0, and the sources use nothing newer: the assembler of 12.0 proves it in the tests.
    # That assembler crashes on .loc with inlined_at, so the call chain of inlined lines is dropped; their file and line stay.
    # .pragma "used_bytes_mask" is of version 8.3; it only tells which bytes of the next load are used.
    # Paths of this machine are cut to file names.
    sed -i -E -e 's/^\.version 9\.[0-9]+/.version 8.0/' \
      -e 's/^([[:space:]]*\.loc[[:space:]]+[0-9]+ [0-9]+ [0-9]+),.*/\1/' \
      -e '/^[[:space:]]*\.pragma "used_bytes_mask /d' \
      -e '/^[[:space:]]*\.section[[:space:]]+\.debug_str/,/^[[:space:]]*\}/d' \
      -e 's|^([[:space:]]*\.file[[:space:]]+[0-9]+ )"[^"]*/([^"/]+)"|\1"\2"|' "$ptx"
    echo "$(basename "$ptx"): $(grep -c '^\.visible \.entry' "$ptx") entries"
  done
done
