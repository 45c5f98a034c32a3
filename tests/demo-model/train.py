"""Trains the demo model: images against captions of their class, on a CPU, within a given time.

    python train.py CIFAR_DIRECTORY RUN_DIRECTORY [--minutes 60]

The schedule follows the clock, not a number of steps, so a slower machine trains less rather than longer.
"""
import argparse
import concurrent.futures
import copy
import json
import pathlib
import random
import time

import torch
import torch.nn.functional as F

import captions
import data
import model as clip
import optimizer
import tokenizer

MUON_LR = 0.015
ADAM_LR = 2e-3
WEIGHT_DECAY = 0.03
LABEL_SMOOTHING = 0.05
CAPTIONS_PER_CLASS = 2


def learning_rate(progress):
    """Share of the full rate at a share of the time: short warm-up, flat, then straight down to nothing."""
    return min(1, progress / 0.02, (1 - progress) / 0.7)


def caption_batch(tok, rng):
    ids = [tok.encode(captions.caption(label, rng)) for _ in range(CAPTIONS_PER_CLASS) for label in range(10)]
    longest = max(row.index(tok.end) for row in ids)
    return torch.tensor(ids)[:, :longest + 1]


def image_loss(vision, images, cells, pattern, labels, texts, scale):
    """Cross-entropy of each image over the ten classes, once for each set of captions."""
    embeddings = F.normalize(vision(images, cells, pattern), dim=1)
    logits = scale * embeddings @ F.normalize(texts, dim=1).T
    logits = logits.view(len(images) * CAPTIONS_PER_CLASS, 10)
    return F.cross_entropy(logits, labels.repeat_interleave(CAPTIONS_PER_CLASS), label_smoothing=LABEL_SMOOTHING)


@torch.no_grad()
def class_embeddings(model, tok, prompts):
    """The mean of the normalised embeddings of each class's prompts, normalised again."""
    means = []
    for name in prompts["classes"]:
        ids = torch.tensor([tok.encode(t.format(name)) for t in prompts["templates"]])
        means.append(F.normalize(model.text(ids), dim=1).mean(0))
    return F.normalize(torch.stack(means), dim=1)


def accuracy(model, tok, prompts, images, labels, pool, pattern=None):
    texts = class_embeddings(model, tok, prompts)
    cells = model.cells(model.vision.side)

    @torch.no_grad()
    def hits(x, y):
        return (model.vision(data.normalize(x), cells, pattern) @ texts.T).argmax(1).eq(y).sum().item()

    return sum(pool.map(hits, images.split(100), labels.split(100))) / len(images)


class Average:
    """Exponential moving average of the parameters; it settles faster early on."""

    def __init__(self, model, decay):
        self.model, self.decay, self.steps = copy.deepcopy(model), decay, 0

    @torch.no_grad()
    def update(self, model):
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        for mean, value in zip(self.model.parameters(), model.parameters()):
            mean.lerp_(value, 1 - decay)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cifar", type=pathlib.Path)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--small", type=float, default=0.85, help="share of the time spent on 24-pixel images")
    parser.add_argument("--fixed", type=float, default=0.5, help="share of the time with fixed attention patterns")
    parser.add_argument("--batch", type=int, default=192)
    parser.add_argument("--micro", type=int, default=48, help="images per pass; gradients add up to a batch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--width", type=int)
    parser.add_argument("--layers", type=int)
    parser.add_argument("--hidden", type=int)
    parser.add_argument("--muon-lr", type=float, default=MUON_LR)
    parser.add_argument("--weight-decay", type=float, default=WEIGHT_DECAY)
    parser.add_argument("--resume", action="store_true", help="go on from the run's last report")
    args = parser.parse_args()

    # Threads take whole micro-batches: splitting each operator makes them wait for each other on a busy machine.
    torch.set_num_threads(1)
    pool = concurrent.futures.ThreadPoolExecutor(args.threads, initializer=lambda: torch.set_num_threads(1))
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    args.run.mkdir(parents=True, exist_ok=True)

    config = copy.deepcopy(clip.CONFIG)
    vision = config["vision"]
    if args.width:
        vision.update(width=args.width, heads=args.width // 32, hidden=4 * args.width)
    if args.layers:
        vision["layers"] = args.layers
    if args.hidden:
        vision["hidden"] = args.hidden
    (train_x, train_y), (held_x, held_y) = data.split(*data.read_cifar(args.cifar / "cifar10-train.bin"))
    prompts = json.loads((pathlib.Path(__file__).parent / "prompts.json").read_text())
    merges = tokenizer.train(captions.corpus(), config["text"]["vocab"])
    tok = tokenizer.Tokenizer(merges, config["text"]["context"])

    model = clip.Clip(config)
    clip.initialise(model, *data.patch_statistics(train_x[:5000], vision["patch"]))
    average = Average(model, 0.997)
    optimizers = optimizer.build(model, args.muon_lr, ADAM_LR, args.weight_decay)
    seen, step, best, running, elapsed = 0, 0, 0.0, 0.0, 0.0
    if args.resume:
        state = torch.load(args.run / "state.pt", weights_only=True)
        model.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        for o, saved in zip(optimizers, state["optimizers"]):
            full = o.param_groups[0]["lr"]
            o.load_state_dict(saved)
            o.param_groups[0]["lr"] = full
        seen, step, best, running, elapsed = state["counters"]
        average.steps = step

    for o in optimizers:
        for group in o.param_groups:
            group["full_lr"] = group["lr"]

    def save(name):
        torch.save({"config": config, "merges": merges, "weights": average.model.state_dict()}, args.run / name)

    patterns = {side: clip.pattern(side, vision["heads"]) for side in (6, 8)}
    aimed = step > 0 and elapsed / (60 * args.minutes) >= args.fixed
    started, report = time.time() - elapsed, time.time()
    for indices in data.batches(len(train_x), args.batch):
        progress = (time.time() - started) / (60 * args.minutes)
        if progress >= 1:
            break
        for o in optimizers:
            for group in o.param_groups:
                group["lr"] = group["full_lr"] * learning_rate(progress)
        size = 24 if progress < args.small else 32
        if progress >= args.fixed and not aimed:
            for m in (model, average.model):
                clip.aim(m.vision, data.normalize(train_x[:200]), m.cells(8), patterns[8])
            aimed, best = True, 0.0
            print(f"aimed: held out {accuracy(average.model, tok, prompts, held_x, held_y, pool, patterns[8]):.4f} before, "
                  f"{accuracy(average.model, tok, prompts, held_x, held_y, pool):.4f} after", flush=True)
        cells_side = size // vision["patch"]
        pattern = None if aimed else patterns[cells_side]
        room = model.vision.side - cells_side + 1
        cells = model.cells(cells_side, rng.randrange(room), rng.randrange(room))

        texts = model.text(caption_batch(tok, rng))
        leaf = texts.detach().requires_grad_()

        def learn(part):
            # Autograd adds to shared gradients under a lock, so threads may do this at once.
            x = data.augment(train_x[part], size)
            loss = image_loss(model.vision, x, cells, pattern, train_y[part], leaf, model.logit_scale.exp())
            loss = loss * (len(part) / len(indices))
            loss.backward()
            return loss.item()

        total = sum(pool.map(learn, indices.split(args.micro)))
        texts.backward(leaf.grad)
        for o in optimizers:
            o.step()
        clip.pin_code(model.vision)
        model.zero_grad()
        with torch.no_grad():
            model.logit_scale.clamp_(max=3.5)
        average.update(model)
        step += 1
        seen += len(indices)
        running = total if step == 1 else 0.98 * running + 0.02 * total
        if time.time() - report > min(180, 15 * args.minutes):
            score = accuracy(average.model, tok, prompts, held_x, held_y, pool, None if aimed else patterns[8])
            print(f"{(time.time() - started) / 60:5.1f} min  epoch {seen / len(train_x):5.2f}  size {size}  "
                  f"loss {running:.3f}  held out {score:.4f}", flush=True)
            if score >= best:
                best = score
                save("best.pt")
            elapsed = time.time() - started
            torch.save({"model": model.state_dict(), "average": average.model.state_dict(),
                        "optimizers": [o.state_dict() for o in optimizers],
                        "counters": (seen, step, best, running, elapsed)}, args.run / "state.pt")
            report = time.time()
    score = accuracy(average.model, tok, prompts, held_x, held_y, pool)
    save("last.pt")
    if score >= best:
        save("best.pt")
    print(f"end: epoch {seen / len(train_x):.2f}, {step} steps, held out {score:.4f}, best {max(best, score):.4f}")


if __name__ == "__main__":
    main()
