"""Picks the fixed 500 test images, 50 of each class, that the repository carries.

    python subset.py cifar10-test.bin cifar10-test-500.bin
"""
import sys

import numpy as np

SEED = 500
PER_CLASS = 50

records = np.fromfile(sys.argv[1], np.uint8).reshape(-1, 3073)
random = np.random.RandomState(SEED)
chosen = [random.permutation(np.flatnonzero(records[:, 0] == label))[:PER_CLASS] for label in range(10)]
records[np.sort(np.concatenate(chosen))].tofile(sys.argv[2])
