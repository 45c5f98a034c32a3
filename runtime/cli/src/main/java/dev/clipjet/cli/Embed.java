package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.Clip;
import dev.clipjet.Scaling;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clipjet embed}: embeddings of photos, texts and token ids, in the order in which they are given. */
@Command(name = "embed", description = "Print embeddings of photos and texts, scaled to length 1.")
final class Embed implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = true, multiplicity = "1..*")
    private List<Input> inputs = new ArrayList<>();

    @Option(names = "--raw", description = "As the tower gives them, not scaled to length 1.")
    private boolean raw;

    @Mixin
    private ModelOptions model;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    /** One option; repeated in any mixture. */
    static final class Input {
        @Option(names = "--image", paramLabel = "FILE", description = "A photo, a folder of photos, or a glob.")
        private String image;

        @Option(names = "--text", paramLabel = "TEXT", description = "A text.")
        private String text;

        @Option(
                names = "--ids",
                paramLabel = "ID,ID,...",
                description = "A text as token ids, with start and end token.")
        private String ids;
    }

    /** An embedding's place in the output; a photo's row is known by its index among the photos. */
    private record Item(String kind, String input, int index) {}

    @Override
    public Integer call() {
        List<Item> items = new ArrayList<>();
        List<ImageInput> images = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        List<int[]> ids = new ArrayList<>();
        for (Input input : inputs) {
            if (input.image != null) {
                for (ImageInput image : ImageInput.expand(List.of(input.image))) {
                    items.add(new Item("image", image.name(), images.size()));
                    images.add(image);
                }
            } else if (input.text != null) {
                items.add(new Item("text", input.text, texts.size()));
                texts.add(input.text);
            } else {
                items.add(new Item("ids", input.ids, ids.size()));
                ids.add(parseIds(input.ids));
            }
        }
        Scaling scaling = raw ? Scaling.RAW : Scaling.UNIT;
        try (Clip clip = model.load()) {
            ImageResults<float[]> imageResults;
            try (Progress progress = new Progress("embed", images.size())) {
                imageResults = ImageResults.embed(clip, images, scaling, progress);
            }
            float[][] textRows = texts.isEmpty() ? new float[0][] : clip.embedTexts(texts, scaling);
            float[][] idRows = ids.isEmpty() ? new float[0][] : clip.embedTokenIds(ids, scaling);
            ArrayNode embeddings = Json.object().arrayNode();
            for (Item item : items) {
                ObjectNode node = Json.object().put("input", item.input()).put("kind", item.kind());
                switch (item.kind()) {
                    case "image" -> {
                        ImageResults.Entry<float[]> entry =
                                imageResults.entries().get(item.index());
                        entry.value().ifPresent(vector -> node.set("vector", Json.array(vector)));
                        entry.error().ifPresent(error -> node.put("error", error));
                    }
                    case "text" -> node.set("vector", Json.array(textRows[item.index()]));
                    default -> node.set("vector", Json.array(idRows[item.index()]));
                }
                embeddings.add(node);
            }
            print(clip, embeddings);
            return imageResults.report(spec.commandLine().getErr());
        }
    }

    private int[] parseIds(String list) {
        try {
            return Arrays.stream(list.split(",", -1))
                    .mapToInt(id -> Integer.parseInt(id.strip()))
                    .toArray();
        } catch (NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(), "--ids \"" + list + "\" is no list of token ids separated by commas");
        }
    }

    private void print(Clip clip, ArrayNode embeddings) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode document = Json.object()
                    .put("model", model.name())
                    .put("device", clip.device())
                    .put("dimension", clip.dimension());
            document.set("embeddings", embeddings);
            Json.print(document, out);
            return;
        }
        for (var embedding : embeddings) {
            if (embedding.has("vector")) {
                out.println(embedding.get("kind").textValue() + " "
                        + embedding.get("input").textValue());
                out.println(Json.floats(embedding.get("vector")).collect(Collectors.joining(" ", "  ", "")));
            }
        }
    }
}
