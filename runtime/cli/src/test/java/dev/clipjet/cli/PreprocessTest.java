package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;
import static dev.clipjet.cli.CliRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreprocessTest {
    private static final Pattern LABEL = Pattern.compile("(\\d+)(?:c(\\d+))?");

    @TempDir
    Path temp;

    /** Every lossless case whose size and crop have one number each, grouped into one call per profile and label. */
    @Test
    void pixelsAreThoseOfTheOriginals() throws IOException {
        Path folder = golden("preprocess");
        JsonNode index = CliRun.parse(Files.readString(folder.resolve("index.json")));
        Map<String, List<JsonNode>> groups = new HashMap<>();
        for (JsonNode each : index.get("cases")) {
            Matcher label = LABEL.matcher(each.get("label").asText());
            if (label.matches() && !each.path("decoder_dependent").asBoolean(false)) {
                groups.computeIfAbsent(
                                each.get("profile").asText() + " "
                                        + each.get("label").asText(),
                                key -> new ArrayList<>())
                        .add(each);
            }
        }
        assertThat(groups.size()).isGreaterThan(20);
        int compared = 0;
        for (Map.Entry<String, List<JsonNode>> group : groups.entrySet()) {
            String[] key = group.getKey().split(" ");
            Matcher label = LABEL.matcher(key[1]);
            assertThat(label.matches()).isTrue();
            List<Object> args = new ArrayList<>(List.of("preprocess"));
            for (JsonNode each : group.getValue()) {
                args.add(folder.resolve(index.get("images")
                        .get(each.get("image").asText())
                        .get("file")
                        .asText()));
            }
            args.addAll(List.of("--profile", key[0], "--size", label.group(1), "--out", temp.resolve("out"), "--json"));
            args.addAll(List.of("--pass-order", "pillow-13"));
            if (label.group(2) != null) {
                args.addAll(List.of("--crop", label.group(2)));
            }
            CliRun run = run(args.toArray());
            assertThat(run.code()).as(group.getKey() + run.err()).isZero();
            assertThat(run.json().get("profile").asText()).isEqualTo(key[0]);
            JsonNode results = run.json().get("results");
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get("sha256"))
                        .as(group.getValue().get(i).get("id").asText())
                        .isEqualTo(group.getValue().get(i).get("sha256_rgb"));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(300);
    }

    @Test
    void thePngHasThePixels() throws IOException {
        Path image = golden("preprocess/images/png-rgb.png");
        CliRun run = run(
                "preprocess",
                image,
                image,
                temp.resolve("no.png"),
                "--profile",
                "hf-slow",
                "--size",
                48,
                "--crop",
                32,
                "--out",
                temp.resolve("out"),
                "--json");
        assertThat(run.code()).isEqualTo(1);
        JsonNode results = run.json().get("results");
        List<String> names = new ArrayList<>();
        results.get(0).fieldNames().forEachRemaining(names::add);
        assertThat(names).containsExactly("image", "output", "width", "height", "sha256");
        assertThat(results.get(1).get("output")).isNotEqualTo(results.get(0).get("output"));
        assertThat(results.get(2).get("error").asText()).contains("no such file");
        BufferedImage written =
                ImageIO.read(Path.of(results.get(1).get("output").asText()).toFile());
        byte[] rgb = new byte[3 * 32 * 32];
        for (int i = 0; i < 32 * 32; i++) {
            int pixel = written.getRGB(i % 32, i / 32);
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        assertThat(RgbPng.sha256(rgb)).isEqualTo(results.get(1).get("sha256").asText());
    }
}
