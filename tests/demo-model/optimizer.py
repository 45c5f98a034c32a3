"""Muon for the matrices of the transformer blocks, AdamW for everything else."""
import torch


def orthogonalise(g, steps=5):
    """Newton-Schulz iteration towards the nearest orthogonal matrices of a stack [n, rows, columns]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = g.shape[1] > g.shape[2]
    x = g.transpose(1, 2) if tall else g
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        s = x @ x.transpose(1, 2)
        x = a * x + (b * s + c * s @ s) @ x
    return x.transpose(1, 2) if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal. Matrices of one shape are handled as one stack."""

    def __init__(self, params, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = {}
            for p in group["params"]:
                if p.grad is None:
                    continue
                shapes.setdefault(p.shape, []).append(p)
            for shape, params in shapes.items():
                updates = []
                for p in params:
                    state = self.state[p]
                    m = state.setdefault("momentum", torch.zeros_like(p))
                    m.lerp_(p.grad, 1 - group["momentum"])
                    updates.append(p.grad.lerp(m, group["momentum"]))
                scale = group["lr"] * max(1, shape[0] / shape[1]) ** 0.5
                for p, u in zip(params, orthogonalise(torch.stack(updates))):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(u, alpha=scale)


def build(model, muon_lr, adam_lr, weight_decay):
    matrices, aim, rest = [], [], []
    for name, p in model.named_parameters():
        if ".blocks." not in name or p.ndim != 2:
            rest.append(p)
        elif name.startswith("vision.") and (".q." in name or ".k." in name):
            aim.append(p)
        else:
            matrices.append(p)
    # Queries and keys start where they should be; at the full rate they would forget it.
    return [Muon(matrices, muon_lr, weight_decay=weight_decay),
            Muon(aim, 0.2 * muon_lr, weight_decay=weight_decay),
            torch.optim.AdamW(rest, adam_lr, betas=(0.9, 0.98), weight_decay=0.0, fused=True)]
