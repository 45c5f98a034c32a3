"""The captions of the training set: every class under several names, in many phrasings."""
import random

# CIFAR-10's own order. The first name is the data set's own; animals' young and common kinds follow.
NAMES = [
    ["airplane", "plane", "aeroplane", "aircraft", "jet", "airliner", "passenger plane", "jet plane"],
    ["automobile", "car", "sedan", "motor car", "sports car", "passenger car", "station wagon"],
    ["bird", "small bird", "wild bird", "songbird", "sparrow", "ostrich"],
    ["cat", "kitten", "house cat", "kitty", "tabby cat", "domestic cat"],
    ["deer", "stag", "fawn", "doe", "wild deer", "elk"],
    ["dog", "puppy", "pet dog", "hound", "small dog", "doggy"],
    ["frog", "toad", "tree frog", "green frog", "bullfrog"],
    ["horse", "pony", "stallion", "mare", "foal", "brown horse"],
    ["ship", "boat", "vessel", "cargo ship", "cruise ship", "sailing ship", "motorboat"],
    ["truck", "lorry", "pickup truck", "fire truck", "dump truck", "delivery truck", "big truck"],
]

TEMPLATES = [
    "{}", "a {}", "the {}", "one {}", "my {}", "some {}", "{}!", "{} photo", "{} picture", "{} image",
    "a {}.", "the {}.", "this is a {}.", "this is the {}", "here is a {}", "there is a {}", "i see a {}",
    "a photo of a {}", "a photo of a {}.", "a photo of the {}", "a photo of the {}.", "a photo of one {}",
    "photo of a {}", "photo of the {}", "a photograph of a {}", "a photograph of the {}.", "photograph: {}",
    "a picture of a {}", "a picture of a {}.", "a picture of the {}", "picture of a {}", "a snapshot of a {}",
    "an image of a {}", "an image of a {}.", "an image of the {}", "image of a {}", "a small image of a {}",
    "a small photo of a {}", "a small photo of a {}.", "a tiny picture of a {}", "a large photo of a {}",
    "a blurry photo of a {}", "a blurry photo of a {}.", "a blurred image of a {}", "a sharp photo of a {}",
    "a close-up photo of a {}", "a close-up photo of a {}.", "a close up of the {}", "a cropped photo of a {}",
    "a low resolution photo of a {}", "a pixelated photo of a {}", "a high quality photo of a {}",
    "a good photo of a {}", "a good photo of the {}.", "a bad photo of a {}", "a nice picture of the {}",
    "a bright photo of a {}", "a dark photo of a {}", "a colour photo of a {}", "a color photo of the {}",
    "a photo of a {} outdoors", "a photo of a {} in front of something", "a {} in the picture",
    "a {} seen from the side", "a {} seen from the front", "a {} in the middle of the picture",
    "a photo showing a {}", "a picture that shows a {}", "the photo shows a {}.", "we can see a {} here",
    "what you see is a {}", "look at the {}", "look, a {}!", "a real {}", "a typical {}", "an example of a {}",
    "a photo of my {}", "a photo of your {}", "a photo of a big {}", "a photo of a little {}",
    "a photo of an old {}", "a photo of a young {}", "a photo of a beautiful {}", "a photo of some {}",
]


def plural(name):
    if name.endswith(("deer", "aircraft")):
        return name
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


PLURAL_TEMPLATES = ["{}", "photos of {}", "pictures of {}", "a photo of {}", "some {}", "two {}", "an image of {}."]


def fix_article(text):
    """Puts "an" before vowels, as a careful writer would."""
    words = text.split(" ")
    for i in range(len(words) - 1):
        if words[i] == "a" and words[i + 1][:1] in tuple("aeiou"):
            words[i] = "an"
    return " ".join(words)


def caption(label, rng: random.Random):
    # The plain name half of the time: it is what people type first.
    names = NAMES[label]
    name = names[0] if rng.random() < 0.5 else rng.choice(names)
    if rng.random() < 0.1:
        return rng.choice(PLURAL_TEMPLATES).format(plural(name))
    text = rng.choice(TEMPLATES).format(name)
    # Both spellings are typed: evaluation templates leave "a airplane" as it is.
    return fix_article(text) if rng.random() < 0.5 else text


def corpus():
    """Every name in every template, for the tokenizer."""
    lines = []
    for names in NAMES:
        for name in names:
            lines += [fix_article(t.format(name)) for t in TEMPLATES]
            lines += [t.format(plural(name)) for t in PLURAL_TEMPLATES]
    return lines
