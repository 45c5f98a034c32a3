#!/usr/bin/env bash
# Compiles the CUDA sources beside this script to ../resources/ptx. The compilers come from NVIDIA's Python wheels, once; nothing
# of this is needed to build or test Clipjet, since the PTX is committed. Needs python3 with venv and pip.
#
# ../resources/ptx holds what the emulator runs, at version 8.0. ../resources/ptx/syntax is for the parser: two compilers, with
# and without debugging information, as they write it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=${CLIPJET_NVCC:-${XDG_CACHE_HOME:-$HOME/.cache}/clipjet-nvcc}
if [ ! -e "$home/complete-2" ]; then
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-crt==13.0.88 \
    nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85 nvidia-cuda-nvrtc-cu12==12.0.140
  touch "$home/complete-2"
fi
out=$here/../resources/ptx
mkdir -p "$out/syntax"

# Compilers write the paths of sources and headers into the PTX: work where no path says whose machine this is.
work=/tmp/clipjet-ptx
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
cp "$here"/*.cu "$here"/nvrtc.py "$work"
ln -s "$(echo "$home"/lib/python3*/site-packages/nvidia/cu13)" "$work/toolkit"
cd "$work"

plain_paths() { # file
  sed -i -E 's|^([[:space:]]*\.file[[:space:]]+[0-9]+ )"[^"]*/([^"/]+)"|\1"\2"|' "$1"
}
compile() { # source, architecture, output, options
  toolkit/bin/nvcc -ptx -std=c++17 -arch="$2" "${@:4}" "$1" -o "$out/$3"
  plain_paths "$out/$3"
}
runnable() { # the same; drivers from 525 on take version 8.0, and the sources use nothing newer
  compile "$@"
  sed -i -E 's/^\.version 9\.[0-9]+/.version 8.0/' "$out/$3"
}
nvrtc() { # source, architecture, output, options
  "$home/bin/python" nvrtc.py "$1" "$out/$3" -std=c++17 -arch="$2" --device-int128 "${@:4}"
  plain_paths "$out/$3"
}

runnable basics.cu sm_80 basics.ptx
runnable basics.cu sm_80 basics-lineinfo.ptx -lineinfo
runnable gemm.cu sm_80 gemm.ptx -lineinfo
runnable wgmma.cu sm_90a wgmma.ptx -lineinfo

compile language.cu sm_80 syntax/language.ptx
compile language.cu sm_90a syntax/language-lineinfo.ptx -lineinfo
compile language.cu sm_80 syntax/language-debug.ptx -G
compile language.cu sm_80 syntax/language-relocatable.ptx -rdc=true
compile hopper.cu sm_90a syntax/hopper.ptx
compile hopper.cu sm_90a syntax/hopper-lineinfo.ptx -lineinfo
compile hopper.cu sm_90a syntax/hopper-debug.ptx -G
compile gemm.cu sm_80 syntax/gemm-debug.ptx -G
nvrtc language.cu compute_80 syntax/nvrtc-language.ptx
nvrtc language.cu compute_80 syntax/nvrtc-language-lineinfo.ptx -lineinfo
nvrtc gemm.cu compute_80 syntax/nvrtc-gemm-debug.ptx -G
nvrtc hopper.cu compute_90a syntax/nvrtc-hopper.ptx
