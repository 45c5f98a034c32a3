"""Compiles a CUDA source to PTX with NVRTC: nvrtc.py SOURCE OUTPUT OPTION...

Uses the library of the wheel nvidia-cuda-nvrtc-cu12 of the running interpreter. NVRTC comes without the C++ library; the one
header that our sources include is given here.
"""

import ctypes
import pathlib
import sys

HEADERS = {
    b"cstdint": b"""
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef int int32_t;
typedef unsigned long long uint64_t;
typedef long long int64_t;
#define INFINITY __int_as_float(0x7f800000)
"""
}


def library():
    for directory in sys.path:
        for path in pathlib.Path(directory).glob("nvidia/cuda_nvrtc/lib/libnvrtc.so.*"):
            return ctypes.CDLL(str(path))
    sys.exit("the wheel nvidia-cuda-nvrtc-cu12 is not installed")


def text(nvrtc, program, what):
    size = ctypes.c_size_t()
    getattr(nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(size.value)
    getattr(nvrtc, f"nvrtcGet{what}")(program, buffer)
    return buffer.value


def strings(values):
    return (ctypes.c_char_p * len(values))(*values)


def main(source, output, *options):
    nvrtc = library()
    program = ctypes.c_void_p()
    code = pathlib.Path(source).read_bytes()
    headers = (len(HEADERS), strings(list(HEADERS.values())), strings(list(HEADERS)))
    if nvrtc.nvrtcCreateProgram(ctypes.byref(program), code, source.encode(), *headers):
        sys.exit("NVRTC did not take the program")
    if nvrtc.nvrtcCompileProgram(program, len(options), strings([option.encode() for option in options])):
        sys.exit(text(nvrtc, program, "ProgramLog").decode())
    pathlib.Path(output).write_bytes(text(nvrtc, program, "PTX"))


main(*sys.argv[1:])
