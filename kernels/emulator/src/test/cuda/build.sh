#!/usr/bin/env bash
# Compiles the CUDA sources beside this script to ../resources/ptx. The compiler comes from NVIDIA's Python wheels, once; nothing
# of this is needed to build or test Clipjet, since the PTX is committed. Needs python3 with venv and pip.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${CLIPJET_NVCC:-${XDG_CACHE_HOME:-$HOME/.cache}/clipjet-nvcc}
if [ ! -e "$home/complete" ]; then
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-crt==13.0.88 \
    nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85
  touch "$home/complete"
fi
nvcc=$(echo "$home"/lib/python3*/site-packages/nvidia/cu13/bin/nvcc)
out=$here/../resources/ptx
mkdir -p "$out"
compile() { # source, architecture, suffix, options
  local name=${1%.cu}$3
  (cd "$here" && "$nvcc" -ptx -std=c++17 -arch="$2" "${@:4}" "$1" -o "$out/$name.ptx")
  # Drivers from 525 on take version 8.0, and the sources use nothing newer.
  sed -i -E 's/^\.version 9\.[0-9]+/.version 8.0/' "$out/$name.ptx"
}
compile basics.cu sm_80 ""
compile basics.cu sm_80 -lineinfo -lineinfo
compile gemm.cu sm_80 "" -lineinfo
[ ! -e "$here/wgmma.cu" ] || compile wgmma.cu sm_90a "" -lineinfo
