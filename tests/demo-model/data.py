"""CIFAR-10 in its binary format, and the random views that training sees."""
import numpy as np
import torch
import torch.nn.functional as F

MEAN = (0.4914, 0.4822, 0.4465)
STD = (0.2470, 0.2435, 0.2616)
HELD_OUT = 2000


def read_cifar(path):
    records = np.fromfile(path, np.uint8).reshape(-1, 3073)
    images = torch.from_numpy(records[:, 1:].copy()).view(-1, 3, 32, 32)
    return images, torch.from_numpy(records[:, 0].astype(np.int64))


def split(images, labels):
    """Training images and the last HELD_OUT of a fixed shuffle, which pick hyperparameters and checkpoints."""
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(10))
    keep, held = order[:-HELD_OUT], order[-HELD_OUT:]
    return (images[keep], labels[keep]), (images[held], labels[held])


def normalize(images):
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    std = torch.tensor(STD).view(1, 3, 1, 1)
    return (images.float() / 255 - mean) / std


def jitter(x):
    """Mild brightness, contrast and saturation changes, on normalised images."""
    n = len(x)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * torch.empty(n, 1, 1, 1).uniform_(0.75, 1.25)
    x = x * torch.empty(n, 1, 1, 1).uniform_(0.85, 1.15)
    return x + torch.empty(n, 1, 1, 1).uniform_(-0.2, 0.2)


def flip(x):
    mirrored = torch.rand(len(x), 1, 1, 1) < 0.5
    return torch.where(mirrored, x.flip(3), x)


def shift(x, pad=3):
    """Random translation with reflected borders, whole pixels, so that nothing blurs."""
    n, c, h, w = x.shape
    padded = F.pad(x, (pad,) * 4, mode="reflect")
    top = torch.randint(0, 2 * pad + 1, (n, 1, 1, 1))
    left = torch.randint(0, 2 * pad + 1, (n, 1, 1, 1))
    rows = (top + torch.arange(h).view(1, 1, h, 1)).expand(n, c, h, w + 2 * pad)
    cols = (left + torch.arange(w).view(1, 1, 1, w)).expand(n, c, h, w)
    return padded.gather(2, rows).gather(3, cols)


def zoom(x, size, low, high):
    """A random window of low..high pixels, slightly stretched and rotated, resampled to size."""
    n = len(x)
    side = torch.empty(n).uniform_(low, high) / 32
    ratio = torch.empty(n).uniform_(-0.1, 0.1).exp()
    angle = torch.empty(n).uniform_(-0.1, 0.1) * (torch.rand(n) < 0.5)
    sx, sy = side * ratio, side / ratio
    slack = (1 - side).clamp(min=0.06)
    dx, dy = (torch.empty(n).uniform_(-1, 1) * slack for _ in range(2))
    cos, sin = angle.cos(), angle.sin()
    theta = torch.stack([torch.stack([sx * cos, -sy * sin, dx], 1), torch.stack([sx * sin, sy * cos, dy], 1)], 1)
    grid = F.affine_grid(theta, (n, 3, size, size), align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def augment(images, size):
    """One random view of each image. At size 32 half of the images keep their exact pixels."""
    x = flip(normalize(images))
    if size < 32:
        return jitter(zoom(x, size, size, 30))
    plain, zoomed = x.chunk(2)
    return jitter(torch.cat([shift(plain), zoom(zoomed, size, 24, 33)]))


def patch_statistics(images, patch):
    """Eigenvectors and eigenvalues of the patches' covariance."""
    x = F.unfold(normalize(images), patch, stride=patch)
    x = x.transpose(1, 2).reshape(-1, 3 * patch * patch)
    values, vectors = torch.linalg.eigh(x.T @ x / len(x))
    return values, vectors


def batches(count, size):
    """Endless indices, epoch after epoch, each a new shuffle."""
    while True:
        order = torch.randperm(count)
        for start in range(0, count - size + 1, size):
            yield order[start:start + size]
