"""A small CLIP whose parameters map one to one onto transformers' CLIPModel."""
import math

import torch
import torch.nn.functional as F
from torch import nn

CONFIG = {
    "projection": 128,
    "vision": {"width": 128, "layers": 5, "heads": 4, "hidden": 512, "image": 32, "patch": 4},
    "text": {"width": 128, "layers": 2, "heads": 2, "hidden": 512, "context": 32, "vocab": 1024},
}
# Frequencies of the position code. With these, codes of different rows (or columns) of the 8x8 grid are orthogonal.
FREQUENCIES = tuple(math.pi / 8 * odd for odd in (1, 3, 5, 7))
CODE = 4 * len(FREQUENCIES)


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    def __init__(self, width, heads, hidden, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.norm1 = nn.LayerNorm(width)
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, x, rows=None, pattern=None):
        """rows: how many leading tokens are still wanted; the others serve as keys and values only.

        pattern: fixed attention weights [heads, length, length] that stand in for those of queries and keys.
        """
        n, length, width = x.shape
        h = self.norm1(x)
        if pattern is not None:
            # One matrix product per head over the whole batch.
            v = self.v(h).view(n, length, self.heads, -1).permute(2, 1, 0, 3).reshape(self.heads, length, -1)
            mixed = (pattern @ v).view(self.heads, length, n, -1).permute(2, 1, 0, 3)
            x = x + self.out(mixed.reshape(n, length, width))
            return x + self.down(quick_gelu(self.up(self.norm2(x))))
        if rows is not None:
            x = x[:, :rows]
        q = self.split(self.q(h if rows is None else h[:, :rows]))
        a = F.scaled_dot_product_attention(q, self.split(self.k(h)), self.split(self.v(h)), is_causal=self.causal)
        x = x + self.out(a.transpose(1, 2).reshape(n, -1, width))
        return x + self.down(quick_gelu(self.up(self.norm2(x))))

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)


class Vision(nn.Module):
    def __init__(self, width, layers, heads, hidden, image, patch, projection):
        super().__init__()
        self.patch, self.side = patch, image // patch
        self.embed = nn.Linear(3 * patch * patch, width, bias=False)
        self.cls = nn.Parameter(torch.zeros(width))
        self.position = nn.Parameter(torch.zeros(self.side ** 2 + 1, width))
        self.norm_pre = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width, heads, hidden, False) for _ in range(layers))
        self.norm_post = nn.LayerNorm(width)
        self.project = nn.Linear(width, projection, bias=False)

    def forward(self, images, cells, pattern=None):
        """cells: the grid cells the image covers, fewer than all for small training images."""
        x = F.pixel_unshuffle(images, self.patch).flatten(2).transpose(1, 2)
        x = self.embed(x) + self.position[1:][cells]
        first = (self.cls + self.position[0]).expand(len(x), 1, -1)
        x = self.norm_pre(torch.cat([first, x], 1))
        for block in self.blocks[:-1]:
            x = block(x, pattern=pattern)
        # Only the class token is read, so the last block computes nothing else.
        x = self.blocks[-1](x, rows=1)
        return self.project(self.norm_post(x[:, 0]))


class Text(nn.Module):
    def __init__(self, width, layers, heads, hidden, context, vocab, projection):
        super().__init__()
        self.token = nn.Parameter(torch.randn(vocab, width) * 0.02)
        self.position = nn.Parameter(torch.randn(context, width) * 0.01)
        self.blocks = nn.ModuleList(Block(width, heads, hidden, True) for _ in range(layers))
        self.norm_final = nn.LayerNorm(width)
        self.project = nn.Linear(width, projection, bias=False)

    def forward(self, ids):
        x = self.token[ids] + self.position[:ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        # The first end token closes the text; padding repeats it. It has the highest id.
        end = (ids == self.token.shape[0] - 1).int().argmax(1)
        return self.project(self.norm_final(x)[torch.arange(len(x)), end])


class Clip(nn.Module):
    def __init__(self, config=CONFIG):
        super().__init__()
        self.config = config
        self.vision = Vision(**config["vision"], projection=config["projection"])
        self.text = Text(**config["text"], projection=config["projection"])
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def cells(self, side, top=0, left=0):
        full = self.vision.side
        rows = torch.arange(side) + top
        return (rows[:, None] * full + (torch.arange(side) + left)[None]).flatten()


def initialise(model, patch_values, patch_vectors):
    """A start that already looks at images the way convolutions do.

    The patch embedding whitens patches. Sixteen channels of the position embedding hold a code, cosines and sines of
    each cell's row and column. A query that is this code rotated by a head's offset meets the key of the neighbour
    there. Training starts with the attention weights this gives (pattern) in place of queries and keys, which costs
    less and learns faster; aim() then sets queries and keys to reproduce them, and training goes on with those.
    """
    vision = model.vision
    for block in [*vision.blocks, *model.text.blocks]:
        width = block.q.in_features
        for linear in (block.q, block.k, block.v, block.out, block.up, block.down):
            nn.init.zeros_(linear.bias)
            nn.init.normal_(linear.weight, std=linear.in_features ** -0.5)
        for linear in (block.q, block.k):
            nn.init.normal_(linear.weight, std=0.5 * width ** -0.5)
        for linear in (block.out, block.down):
            linear.weight.data *= 0.3
    for project in (vision.project, model.text.project):
        nn.init.normal_(project.weight, std=project.in_features ** -0.5)
    with torch.no_grad():
        whiten_patches(vision, patch_values, patch_vectors)
        vision.position.normal_(std=0.02)
        vision.cls.normal_(std=0.5)
        pin_code(vision)


def whiten_patches(vision, values, vectors):
    width, inputs = vision.embed.weight.shape
    scale = (values + 0.03 * values.mean()).rsqrt()
    spread = torch.linalg.qr(torch.randn(width - CODE, inputs))[0] * ((width - CODE) / inputs) ** 0.5
    vision.embed.weight.zero_()
    vision.embed.weight[CODE:] = spread @ (vectors * scale).T


def code(side):
    """Unit codes [cells + 1, CODE]; the class token's is zero, so it looks everywhere alike."""
    steps = torch.arange(side).float()
    row, column = steps.repeat_interleave(side), steps.repeat(side)
    waves = [wave(f * axis) for axis in (row, column) for f in FREQUENCIES for wave in (torch.cos, torch.sin)]
    return torch.cat([torch.zeros(1, CODE), torch.stack(waves, 1)])


def turn(head):
    """The matrix that moves a code to the neighbour at which a head looks."""
    dy, dx = [(-1, 0), (1, 0), (0, -1), (0, 1)][head % 4]
    out = torch.zeros(CODE, CODE)
    for i in range(CODE // 2):
        angle = torch.tensor(FREQUENCIES[i % len(FREQUENCIES)] * (dy if i < CODE // 4 else dx))
        c, s = angle.cos(), angle.sin()
        out[2 * i:2 * i + 2, 2 * i:2 * i + 2] = torch.stack([torch.stack([c, -s]), torch.stack([s, c])])
    return out


def pattern(side, heads):
    """Attention weights [heads, cells + 1, cells + 1] that codes alone would give."""
    c = code(side)
    return torch.stack([(c @ turn(h).T @ c.T).softmax(1) for h in range(heads)])


@torch.no_grad()
def pin_code(vision):
    """Undoes what an optimizer step did to the code, from the embeddings through every layer."""
    # The code's constant energy keeps the first normalisation from blowing up flat patches.
    vision.position[:, :CODE] = 3.0 * code(vision.side)
    vision.cls[:CODE] = 0
    vision.embed.weight[:CODE] = 0
    vision.norm_pre.weight[:CODE] = 0.5
    vision.norm_pre.bias[:CODE] = 0
    for block in vision.blocks[:-1]:
        block.norm1.weight[:CODE] = 1
        block.norm1.bias[:CODE] = 0
        for linear in (block.out, block.down):
            linear.weight[:CODE] = 0
            linear.bias[:CODE] = 0


@torch.no_grad()
def aim(vision, images, cells, weights):
    """Sets queries and keys so that attention comes out as the pattern, on average over some images."""
    for block in vision.blocks[:-1]:
        seen = []
        hook = block.norm1.register_forward_hook(lambda module, given, result: seen.append(result))
        vision(images, cells, weights)
        hook.remove()
        size = block.q.in_features // block.heads
        amplitude = (2 * seen[0][:, 1:, :CODE].square().mean()).sqrt()
        gain = size ** 0.25 / amplitude
        for head in range(block.heads):
            rows = slice(head * size, head * size + CODE)
            block.q.weight[rows] = 0
            block.k.weight[rows] = 0
            block.q.weight[rows, :CODE] = gain * turn(head)
            block.k.weight[rows, :CODE] = gain * torch.eye(CODE)
