"""A byte-level BPE tokenizer of CLIP's kind: training it, encoding with it, writing its files."""
import collections
import json
import pathlib
import re

# Plain-ASCII counterpart of CLIP's pattern; enough for the captions we train on.
WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")
SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
START, END = "<|startoftext|>", "<|endoftext|>"

# A little everyday English, so that words outside the captions do not fall apart into letters.
EXTRA = """
the of and to in is that it was for on are as with his they at be this from have or by one had not but what all were
when we there can an your which their said if do will each about how up out them then she many some so these would
other into has more her two like him see time could no make than first been its who now people my made over did down
only way find use may water long little very after words called just where most know get through back much before go
good new write our used me man too any day same right look think also around another came come work three word must
because does part even place well such here take why things help put years different away again off went old number
great tell men say small every found still between name should home big give air line set own under read last never
us left end along while might next sound below saw something thought both few those always looked show large often
together asked house world going want school important until form food keep children feet land side without boy once
animals life enough took four head above kind began almost live page got earth need far hand high year mother light
parts country father let night following picture being study second eyes soon times story boys since white days ever
paper hard near sentence better best across during today others however sure means knew try told young miles sun ways
thing whole hear example heard several change answer room sea against top turned learn point city play toward five
using himself usually money seen car morning red blue green black brown yellow orange pink grey purple person woman
child people tree flower grass sky road street river lake mountain beach snow table chair cup coffee phone computer
book diagram drawing painting sketch logo map screenshot building bridge tower train bus bicycle motorcycle fish cow
sheep pig chicken elephant lion tiger bear monkey mouse rabbit fox wolf snake turtle butterfly insect fruit apple
banana bread cake pizza shoe hat shirt ball game music guitar piano camera window door bed lamp clock hospital
"""


def byte_symbols():
    """Printable stand-ins for the 256 bytes, printable Latin-1 first, as in GPT-2 and CLIP."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    symbols = {b: chr(b) for b in plain}
    for b in range(256):
        if b not in symbols:
            symbols[b] = chr(256 + len(symbols) - len(plain))
    return symbols


def pieces(word, symbols):
    parts = [symbols[b] for b in word.encode()]
    parts[-1] += "</w>"
    return parts


def merge(parts, pair):
    out, i = [], 0
    while i < len(parts):
        if tuple(parts[i:i + 2]) == pair:
            out.append(parts[i] + parts[i + 1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return out


def train(lines, vocab_size):
    """The merges that make a vocabulary of vocab_size. Ties go to the pair first in order, so runs repeat."""
    symbols = byte_symbols()
    counts = collections.Counter(w for line in lines for w in WORD.findall(line.lower()))
    # Word counts are damped: our captions repeat a few words thousands of times.
    counts = {w: min(n, 50) for w, n in counts.items()}
    for word in EXTRA.split():
        counts[word] = counts.get(word, 0) + 2
    words = {w: pieces(w, symbols) for w in counts}
    merges = []
    while len(merges) < vocab_size - 514:
        pairs = collections.Counter()
        for word, parts in words.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += counts[word]
        best = min(pairs, key=lambda p: (-pairs[p], p))
        if pairs[best] < 2:
            break
        merges.append(best)
        words = {w: merge(parts, best) for w, parts in words.items()}
    return merges


class Tokenizer:
    def __init__(self, merges, context):
        self.merges = merges
        self.context = context
        self.symbols = byte_symbols()
        # CLIP lists the stand-ins in their own order, not in that of the bytes.
        base = sorted(self.symbols.values(), key=ord)
        base = [c for c in base if ord(c) < 256] + [c for c in base if ord(c) >= 256]
        entries = base + [c + "</w>" for c in base] + [a + b for a, b in merges] + [START, END]
        self.vocab = {entry: i for i, entry in enumerate(entries)}
        assert len(self.vocab) == len(entries)
        self.ranks = {pair: i for i, pair in enumerate(merges)}
        self.start, self.end = self.vocab[START], self.vocab[END]

    def encode(self, text):
        """Ids padded with the end token to the context length."""
        ids = [self.start]
        for word in WORD.findall(text.lower()):
            parts = pieces(word, self.symbols)
            while len(parts) > 1:
                pair = min(zip(parts, parts[1:]), key=lambda p: self.ranks.get(p, len(self.ranks)))
                if pair not in self.ranks:
                    break
                parts = merge(parts, pair)
            ids += [self.vocab[p] for p in parts]
        ids = ids[:self.context - 1] + [self.end]
        return ids + [self.end] * (self.context - len(ids))

    def save(self, folder):
        folder = pathlib.Path(folder)
        added = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
        write_json(folder / "vocab.json", self.vocab, indent=None)
        lines = ["#version: 0.2"] + [" ".join(pair) for pair in self.merges]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        special = {"bos_token": {"content": START, **added}, "eos_token": {"content": END, **added},
                   "unk_token": {"content": END, **added}, "pad_token": END}
        write_json(folder / "special_tokens_map.json", special)
        typed = {k: {**v, "__type": "AddedToken"} if isinstance(v, dict) else v for k, v in special.items()}
        write_json(folder / "tokenizer_config.json", {
            "add_prefix_space": False, "do_lower_case": True, "errors": "replace",
            "model_max_length": self.context, "tokenizer_class": "CLIPTokenizer", **typed})
        write_json(folder / "tokenizer.json", self.fast(added), indent=None)

    def fast(self, added):
        byte_level = {"type": "ByteLevel", "trim_offsets": True, "use_regex": True}
        return {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": i, "content": c, **added, "special": True}
                             for c, i in [(START, self.start), (END, self.end)]],
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
                {"type": "Lowercase"}]},
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Removed", "invert": True},
                {**byte_level, "add_prefix_space": False}]},
            "post_processor": {"type": "RobertaProcessing", "sep": [END, self.end], "cls": [START, self.start],
                               "trim_offsets": False, "add_prefix_space": False},
            "decoder": {**byte_level, "add_prefix_space": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": END, "continuing_subword_prefix": "",
                      "end_of_word_suffix": "</w>", "fuse_unk": False, "byte_fallback": False,
                      "ignore_merges": False, "vocab": self.vocab, "merges": [list(m) for m in self.merges]},
        }


def write_json(path, value, indent=2):
    path.write_text(json.dumps(value, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")
