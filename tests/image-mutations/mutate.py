"""Reproducible damage: the same mutation of the same bytes for the same seed as Mutation.java makes it."""

MASK = (1 << 64) - 1


class Random:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        return (self.next() >> 1) % bound


def place(random, length):
    """Headers are short and decide much, so half of the places lie in the first 128 bytes."""
    return random.below(min(length, 128)) if random.below(2) == 0 else random.below(length)


def mutate(data, seed):
    """One to three changes of the bytes."""
    random = Random(seed)
    data = bytearray(data)
    for _ in range(1 + random.below(3)):
        if not data:
            break
        kind = random.below(8)
        at = place(random, len(data))
        if kind == 0:
            data[at] ^= 1 << random.below(8)
        elif kind == 1:
            data[at] = random.below(256)
        elif kind == 2:
            data[at] = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)[random.below(6)]
        elif kind == 3:
            del data[at : at + 1 + random.below(8)]
        elif kind == 4:
            data[at:at] = bytes(random.below(256) for _ in range(1 + random.below(8)))
        elif kind == 5:
            piece = bytes(data[at : at + 1 + random.below(32)])
            to = random.below(len(data))
            data[to:to] = piece
        elif kind == 6:
            count = 1 + random.below(16)
            data[at : at + count] = bytes(len(data[at : at + count]))
        else:
            del data[len(data) - random.below(min(len(data), 200)) :]
    return bytes(data)
