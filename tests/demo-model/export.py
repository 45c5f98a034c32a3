"""Writes a trained run as a Hugging Face model directory with fp16 weights, and FILES, its index for the jar.

    python export.py RUN_DIRECTORY/best.pt MODEL_DIRECTORY
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file

import data
from tokenizer import Tokenizer, write_json

BLOCK = {
    "norm1": "layer_norm1", "norm2": "layer_norm2", "up": "mlp.fc1", "down": "mlp.fc2",
    "q": "self_attn.q_proj", "k": "self_attn.k_proj", "v": "self_attn.v_proj", "out": "self_attn.out_proj",
}
TOP = {
    "logit_scale": "logit_scale",
    "vision.cls": "vision_model.embeddings.class_embedding",
    "vision.position": "vision_model.embeddings.position_embedding.weight",
    "vision.embed.weight": "vision_model.embeddings.patch_embedding.weight",
    # The missing "e" is transformers' own.
    "vision.norm_pre": "vision_model.pre_layrnorm",
    "vision.norm_post": "vision_model.post_layernorm",
    "vision.project.weight": "visual_projection.weight",
    "text.token": "text_model.embeddings.token_embedding.weight",
    "text.position": "text_model.embeddings.position_embedding.weight",
    "text.norm_final": "text_model.final_layer_norm",
    "text.project.weight": "text_projection.weight",
}


FILES = [
    "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json", "special_tokens_map.json",
    "tokenizer.json", "tokenizer_config.json", "vocab.json",
]


def target(name):
    if name in TOP:
        return TOP[name]
    parts = name.split(".")
    if parts[1] == "blocks":
        tower, _, layer, part, kind = parts
        return f"{tower}_model.encoder.layers.{layer}.{BLOCK[part]}.{kind}"
    return f"{TOP['.'.join(parts[:2])]}.{parts[2]}"


def tensors(weights, patch):
    out = {}
    for name, value in weights.items():
        if name == "vision.embed.weight":
            value = value.view(-1, 3, patch, patch)
        out[target(name)] = value.half().contiguous()
    return out


def model_config(config, tok):
    vision, text = config["vision"], config["text"]
    ids = {"bos_token_id": tok.start, "eos_token_id": tok.end, "pad_token_id": tok.end}
    shared = {"hidden_act": "quick_gelu", "layer_norm_eps": 1e-05, "projection_dim": config["projection"]}
    return {
        "architectures": ["CLIPModel"],
        "initializer_factor": 1.0,
        "logit_scale_init_value": 2.6592,
        "model_type": "clip",
        "projection_dim": config["projection"],
        "text_config": {
            **ids, **shared, "model_type": "clip_text_model",
            "hidden_size": text["width"], "intermediate_size": text["hidden"],
            "num_attention_heads": text["heads"], "num_hidden_layers": text["layers"],
            "max_position_embeddings": text["context"], "vocab_size": text["vocab"],
        },
        "torch_dtype": "float16",
        "transformers_version": "4.46.3",
        "vision_config": {
            **shared, "model_type": "clip_vision_model",
            "hidden_size": vision["width"], "intermediate_size": vision["hidden"],
            "num_attention_heads": vision["heads"], "num_hidden_layers": vision["layers"],
            "image_size": vision["image"], "patch_size": vision["patch"], "num_channels": 3,
        },
    }


def processor_config(size):
    return {
        "crop_size": {"height": size, "width": size},
        "do_center_crop": True,
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": list(data.MEAN),
        "image_processor_type": "CLIPImageProcessor",
        "image_std": list(data.STD),
        "resample": 3,
        "rescale_factor": 1 / 255,
        "size": {"shortest_edge": size},
    }


def main():
    source, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    saved = torch.load(source, weights_only=True)
    config = saved["config"]
    tok = Tokenizer(saved["merges"], config["text"]["context"])
    folder.mkdir(parents=True, exist_ok=True)
    tok.save(folder)
    write_json(folder / "config.json", model_config(config, tok))
    write_json(folder / "preprocessor_config.json", processor_config(config["vision"]["image"]))
    weights = folder / "model.safetensors"
    save_file(tensors(saved["weights"], config["vision"]["patch"]), weights, {"format": "pt"})
    weights.chmod(0o644)
    (folder / "FILES").write_text("\n".join(FILES) + "\n")


if __name__ == "__main__":
    main()
