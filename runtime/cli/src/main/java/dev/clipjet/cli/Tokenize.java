package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.tokenizer.ClipTokenizer;
import dev.clipjet.tokenizer.Framing;
import dev.clipjet.tokenizer.Padding;
import dev.clipjet.tokenizer.Truncation;
import dev.clipjet.weights.Checkpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clipjet tokenize}: token ids of texts. */
@Command(name = "tokenize", description = "Print the token ids of texts, with start and end token.")
final class Tokenize implements Callable<Integer> {
    private static final int OPENAI_CONTEXT = 77;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TEXT", arity = "0..*", description = "Texts.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--jsonl", paramLabel = "FILE", description = "Texts from a file, each line a JSON string.")
    private Path jsonl;

    @Option(
            names = "--profile",
            paramLabel = "P",
            converter = ModelOptions.TokenizerProfileConverter.class,
            description = "openai (default), openai-noftfy, open-clip, hf-fast, hf-slow-ftfy, hf-slow-noftfy, hf-v5.")
    private TokenizerProfile profile;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Vocabulary and profile of a model directory, instead of the built-in vocabulary.")
    private Path model;

    @Option(names = "--context", paramLabel = "N", description = "Pad to N ids, and cut longer texts.")
    private Integer context;

    @Option(names = "--no-truncate", description = "With --context, longer texts are an error instead of being cut.")
    private boolean noTruncate;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    private record Result(String text, Optional<int[]> ids, Optional<String> error) {}

    @Override
    public Integer call() throws IOException {
        if (texts.isEmpty() == (jsonl == null)) {
            throw new ParameterException(spec.commandLine(), "give texts, or a file of texts with --jsonl");
        }
        if (context != null && context < 2) {
            throw new ParameterException(
                    spec.commandLine(), "--context is " + context + ", expected at least 2, for start and end token");
        }
        List<String> all = jsonl == null ? texts : JsonLines.strings(jsonl);
        ClipTokenizer tokenizer = tokenizer();
        List<Result> results =
                all.stream().map(text -> tokenize(tokenizer, text)).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(document(tokenizer, results), out);
        } else {
            for (Result result : results) {
                result.ids()
                        .ifPresent(ids -> out.println(
                                Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(" "))));
            }
        }
        return report(results);
    }

    private ClipTokenizer tokenizer() {
        TokenizerProfile chosen = profile == null ? TokenizerProfile.OPENAI : profile;
        if (model == null) {
            return ClipTokenizer.openAi(chosen);
        }
        if (!Files.exists(model.resolve("config.json")) && Files.exists(model.resolve("vocab.json"))) {
            // A tokenizer without a model: nothing names a profile.
            TokenizerProfile own = profile == null ? TokenizerProfile.HF_FAST : profile;
            return ClipTokenizer.load(new TokenizerSpec(own, "--profile", Optional.of(model), OPENAI_CONTEXT));
        }
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            TokenizerSpec own = checkpoint
                    .spec()
                    .tokenizer()
                    .orElseThrow(() -> new InvalidInputException(model + " brings no tokenizer"));
            return ClipTokenizer.load(
                    profile == null
                            ? own
                            : new TokenizerSpec(profile, "--profile", own.directory(), own.contextLength()));
        }
    }

    private Result tokenize(ClipTokenizer tokenizer, String text) {
        try {
            int[] ids = tokenizer.encode(text);
            int limit = context == null ? tokenizer.contextLength() : context;
            if (noTruncate && ids.length > limit) {
                throw new InvalidInputException("the text has " + ids.length
                        + " tokens with start and end token, more than the context of " + limit);
            }
            if (context != null) {
                ids = tokenizer
                        .encode(text, new Framing(context, Truncation.CUT, Padding.TO_CONTEXT))
                        .ids();
            }
            return new Result(text, Optional.of(ids), Optional.empty());
        } catch (InvalidInputException e) {
            return new Result(text, Optional.empty(), Optional.of(e.getMessage()));
        }
    }

    private static ObjectNode document(ClipTokenizer tokenizer, List<Result> results) {
        ObjectNode document = Json.object().put("profile", tokenizer.profile().label());
        ArrayNode array = document.putArray("results");
        for (Result result : results) {
            ObjectNode node = array.addObject().put("text", result.text());
            result.ids().ifPresent(ids -> node.set("ids", Json.array(ids)));
            result.error().ifPresent(error -> node.put("error", error));
        }
        return document;
    }

    private int report(List<Result> results) {
        boolean failed = false;
        for (int i = 0; i < results.size(); i++) {
            Optional<String> error = results.get(i).error();
            if (error.isPresent()) {
                failed = true;
                spec.commandLine().getErr().println("clipjet: text " + (i + 1) + ": " + error.get());
            }
        }
        return failed ? Failures.FAILED : 0;
    }
}
