"""Exports both towers of a Hugging Face CLIP directory to ONNX, for the peer in the JMH benchmarks.

    python export_onnx.py MODEL_DIRECTORY OUTPUT_FOLDER

Needs torch, transformers and onnx. Writes image.onnx (float32 [n,3,S,S] -> [n,E]) and text.onnx (int64 [n,L] -> [n,E]).
"""

import pathlib
import sys

import torch
from transformers import CLIPModel


class ImageTower(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.tower, self.projection = model.vision_model, model.visual_projection

    def forward(self, pixels):
        return self.projection(self.tower(pixel_values=pixels).pooler_output)


class TextTower(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.tower, self.projection = model.text_model, model.text_projection

    def forward(self, ids):
        return self.projection(self.tower(input_ids=ids).pooler_output)


def export(tower, example, path):
    axes = {"input": {0: "n"}, "output": {0: "n"}}
    torch.onnx.export(
        tower, example, str(path), input_names=["input"], output_names=["output"],
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )


def main():
    source, target = sys.argv[1], pathlib.Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    model = CLIPModel.from_pretrained(source, attn_implementation="eager").eval()
    side = model.config.vision_config.image_size
    context = model.config.text_config.max_position_embeddings
    with torch.no_grad():
        export(ImageTower(model), torch.zeros(2, 3, side, side), target / "image.onnx")
        export(TextTower(model), torch.ones(2, context, dtype=torch.long), target / "text.onnx")


if __name__ == "__main__":
    main()
