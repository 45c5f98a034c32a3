#!/usr/bin/env bash
# Compiles examples.cu to ../resources/ptx, at PTX version 8.0, with the compiler from NVIDIA's Python wheels. Only who changes a
# kernel needs it, since the PTX is committed. Needs python3 with venv and pip.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${CLIPJET_NVCC:-${XDG_CACHE_HOME:-$HOME/.cache}/clipjet-nvcc}
if [ ! -e "$home/complete-2" ] && [ ! -e "$home/complete-tool" ]; then
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-crt==13.0.88 \
    nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85
  touch "$home/complete-tool"
fi
nvcc=$(echo "$home"/lib/python3*/site-packages/nvidia/cu13/bin/nvcc)
cd "$here"
"$nvcc" -ptx -std=c++17 -arch=sm_80 -lineinfo examples.cu -o ../resources/ptx/examples.ptx
# Compilers write the path of the source, and a version that drivers before 580 refuse.
sed -i -E -e 's|^([[:space:]]*\.file[[:space:]]+[0-9]+ )"[^"]*/([^"/]+)"|\1"\2"|' -e 's/^\.version 9\.[0-9]+/.version 8.0/' \
  ../resources/ptx/examples.ptx
