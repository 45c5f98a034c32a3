"""Small images of all formats that are damaged, written with Pillow. Usage: samples.py FOLDER"""

import io
import math
import os
import struct
import sys

from PIL import Image


def picture(width, height, channels=3):
    """Smooth colors with some texture, from a formula."""
    data = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                wave = math.sin(x * (0.13 + 0.05 * c)) * 60 + math.cos(y * (0.21 - 0.03 * c)) * 50
                grain = (x * 31 + y * 17 + c * 101 + x * y) % 23
                data.append(max(0, min(255, int(120 + wave + grain))))
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    return Image.frombytes(mode, (width, height), bytes(data))


def bmp(bits, compression, palette, body, width, height, header=40):
    head = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(body), 0, 0, len(palette) // 4, 0)
    offset = 14 + len(head) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) + head + palette + body


def run_lengths(image):
    """RLE8 with encoded and absolute runs."""
    body = bytearray()
    for y in range(image.height - 1, -1, -1):
        row = [image.getpixel((x, y)) for x in range(image.width)]
        x = 0
        while x < len(row):
            n = 1
            while x + n < len(row) and row[x + n] == row[x] and n < 255:
                n += 1
            if n > 1 or len(row) - x < 4:
                body += bytes([n, row[x]])
                x += n
            else:
                body += bytes([0, 3]) + bytes(row[x : x + 3]) + b"\0"
                x += 3
        body += b"\0\0"
    return bytes(body + b"\0\1")


def save(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def scans(jpeg, count):
    """The first scans of a progressive JPEG, with the tables before each."""
    starts = [i for i in range(len(jpeg) - 1) if jpeg[i] == 0xFF and jpeg[i + 1] == 0xDA]
    end = starts[count] if count < len(starts) else len(jpeg) - 2
    tables = jpeg.rfind(b"\xff\xc4", starts[count - 1], end)
    return jpeg[: tables if tables > 0 else end] + b"\xff\xd9"


def samples():
    rgb, small = picture(48, 40), picture(29, 23)
    gray, alpha = picture(37, 33, 1), picture(26, 22, 4)
    indexed = small.quantize(32)
    few = small.quantize(4)
    yield "baseline-420.jpg", save(rgb, format="JPEG", quality=80, subsampling=2)
    yield "baseline-444.jpg", save(small, format="JPEG", quality=92, subsampling=0)
    yield "baseline-422-restart.jpg", save(rgb, format="JPEG", quality=70, subsampling=1, restart_marker_blocks=2)
    yield "gray.jpg", save(gray, format="JPEG", quality=60)
    yield "cmyk.jpg", save(small.convert("CMYK"), format="JPEG", quality=75)
    yield "progressive-420.jpg", save(rgb, format="JPEG", quality=80, subsampling=2, progressive=True)
    yield "progressive-444.jpg", save(small, format="JPEG", quality=50, subsampling=0, progressive=True)
    yield "progressive-gray.jpg", save(gray, format="JPEG", quality=85, progressive=True)
    yield "progressive-restart.jpg", save(rgb, format="JPEG", quality=75, progressive=True, restart_marker_rows=1)
    for base, image, options in (
        ("420", rgb, dict(quality=80, subsampling=2)),
        ("422", rgb, dict(quality=60, subsampling=1)),
        ("444", small, dict(quality=50, subsampling=0)),
        ("gray", gray, dict(quality=85)),
    ):
        whole = save(image, format="JPEG", progressive=True, **options)
        for count in (1, 2, 3, 5) if base != "gray" else (1, 2, 3):
            yield "scans-%d-%s.jpg" % (count, base), scans(whole, count)
        cut = scans(whole, 2)
        yield "part-of-a-scan-%s.jpg" % base, cut[: len(cut) - 22] + b"\xff\xd9"
        yield "part-of-the-first-scan-%s.jpg" % base, scans(whole, 1)[:-30] + b"\xff\xd9"
    steep = Image.frombytes("RGB", (32, 24), bytes((x * 7919 >> 3) % 2 * 255 for x in range(32 * 24 * 3)))
    yield "quantizers-255.jpg", save(steep, format="JPEG", qtables=[[255] * 64, [200] * 64], subsampling=2)
    yield "quantizers-128.jpg", save(steep.convert("L"), format="JPEG", qtables=[[128 + i for i in range(64)]])
    yield "rgb.png", save(small, format="PNG")
    yield "rgba.png", save(alpha, format="PNG")
    yield "gray.png", save(gray, format="PNG")
    yield "gray16.png", save(Image.frombytes("I;16", (17, 13), bytes(i * 37 % 256 for i in range(442))), format="PNG")
    yield "palette.png", save(indexed, format="PNG", bits=8)
    yield "palette4.png", save(few, format="PNG", bits=2, transparency=1)
    yield "bilevel.png", save(gray.convert("1"), format="PNG")
    yield "palette.gif", save(indexed, format="GIF", interlace=0)
    yield "interlaced.gif", save(few, format="GIF", interlace=1, transparency=2)
    yield "animated.gif", save(few, format="GIF", save_all=True, append_images=[few.transpose(Image.Transpose.ROTATE_180)])
    yield "lossy.webp", save(rgb, format="WEBP", quality=60)
    yield "lossy-alpha.webp", save(alpha, format="WEBP", quality=70)
    yield "lossless.webp", save(small, format="WEBP", lossless=True)
    yield "lossless-palette.webp", save(few.convert("RGB"), format="WEBP", lossless=True)
    yield "animated.webp", save(small, format="WEBP", save_all=True, append_images=[small.transpose(Image.Transpose.ROTATE_180)], lossless=True)
    yield "rgb.bmp", save(small, format="BMP")
    yield "rgba.bmp", save(alpha, format="BMP")
    yield "gray.bmp", save(gray, format="BMP")
    yield "palette.bmp", save(indexed, format="BMP")
    yield "bilevel.bmp", save(gray.convert("1"), format="BMP")
    colors = b"".join(bytes(indexed.getpalette()[3 * i : 3 * i + 3][::-1]) + b"\0" for i in range(32))
    yield "runs.bmp", bmp(8, 1, colors, run_lengths(indexed), 29, 23)
    yield "bits16.bmp", bmp(16, 0, b"", bytes(i * 73 % 256 for i in range(20 * 9 * 2)), 10, 18)
    yield "rgb.tif", save(small, format="TIFF")
    yield "gray.tif", save(gray, format="TIFF")
    yield "palette.tif", save(indexed, format="TIFF")
    yield "lzw.tif", save(small, format="TIFF", compression="tiff_lzw")
    yield "deflate.tif", save(small, format="TIFF", compression="tiff_adobe_deflate")
    yield "packbits.tif", save(few.convert("L"), format="TIFF", compression="packbits")


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, data in samples():
        with open(os.path.join(sys.argv[1], name), "wb") as file:
            file.write(data)
