"""Zero-shot accuracy of an exported model on a file in CIFAR binary format, computed by transformers.

    python evaluate.py MODEL_DIRECTORY cifar10-test.bin
"""
import json
import pathlib
import sys

import torch
from PIL import Image
from transformers import CLIPModel, CLIPProcessor

import data


def features(output):
    # transformers 5 wraps what transformers 4 returned as it is.
    value = output if torch.is_tensor(output) else output.pooler_output
    return torch.nn.functional.normalize(value, dim=1)


@torch.no_grad()
def main():
    folder, file = sys.argv[1:]
    prompts = json.loads((pathlib.Path(__file__).parent / "prompts.json").read_text())
    model = CLIPModel.from_pretrained(folder, torch_dtype=torch.float32).eval()
    processor = CLIPProcessor.from_pretrained(folder)

    means = []
    for name in prompts["classes"]:
        inputs = processor(text=[t.format(name) for t in prompts["templates"]], return_tensors="pt", padding=True)
        means.append(features(model.get_text_features(**inputs)).mean(0))
    texts = torch.nn.functional.normalize(torch.stack(means), dim=1)

    images, labels = data.read_cifar(file)
    seen, right = torch.zeros(10), torch.zeros(10)
    for x, y in zip(images.split(100), labels.split(100)):
        pictures = [Image.fromarray(i.permute(1, 2, 0).numpy()) for i in x]
        found = features(model.get_image_features(**processor(images=pictures, return_tensors="pt")))
        guess = (found @ texts.T).argmax(1)
        seen += torch.bincount(y, minlength=10)
        right += torch.bincount(y[guess == y], minlength=10)
    for name, r, n in zip(prompts["classes"], right, seen):
        print(f"{name:12s} {r / n:.4f}")
    print(f"all          {right.sum() / seen.sum():.4f}  ({int(right.sum())} of {int(seen.sum())})")


if __name__ == "__main__":
    main()
