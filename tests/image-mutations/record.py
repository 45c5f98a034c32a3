"""What Pillow makes of damaged images. Usage: record.py FOLDER COUNT [FIRST_SEED] > cases.tsv

Each of the COUNT seeds damages each sample of FOLDER. A line has the sample, the seed and either the size and the start of the
SHA-256 of the RGB pixels, or "refused".
"""

import hashlib
import io
import os
import sys
import warnings

from mutate import mutate
from PIL import Image

warnings.simplefilter("ignore")


def outcome(data):
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")) as image:
            image.load()
            rgb = image.convert("RGB")
    except Exception:
        return "refused"
    return "%dx%d %s" % (*rgb.size, hashlib.sha256(rgb.tobytes()).hexdigest()[:16])


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for name in sorted(os.listdir(folder)):
        if name.endswith(".tsv"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        print("%s\t0\t%s" % (name, outcome(data)))
        for seed in range(first, first + count):
            print("%s\t%d\t%s" % (name, seed, outcome(mutate(data, seed))))


if __name__ == "__main__":
    main()
