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
            args.addAll(List.of("--profile", key[0], "--size", label.group(1), "--json"));
            args.addAll(List.of("--out", temp.resolve(group.getKey().replace(' ', '-'))));
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

    private static Path photo(Path file) throws IOException {
        return Files.copy(golden("preprocess/images/checker.png"), file);
    }

    @Test
    void photosAreNotReplacedByTheirCrops() throws IOException {
        Path photos = Files.createDirectory(temp.resolve("photos"));
        Path photo = photo(photos.resolve("checker.png"));
        byte[] before = Files.readAllBytes(photo);
        Path link = Files.createSymbolicLink(temp.resolve("link"), photos);
        for (Object[] folders :
                new Object[][] {{photos, photos}, {photos, photos.resolve("../photos")}, {link, photos}}) {
            for (String overwrite : new String[] {"--json", "--overwrite"}) {
                CliRun run = run("preprocess", folders[0], "--out", folders[1], "--size", 8, overwrite);
                assertThat(run.code()).as(run.err()).isEqualTo(1);
                assertThat(run.err()).contains("is an input");
                assertThat(photo).hasBinaryContent(before);
            }
        }
        Path out = Files.createDirectory(temp.resolve("out"));
        Files.createLink(out.resolve("checker.png"), photo);
        assertThat(run("preprocess", photos, "--out", out, "--size", 8, "--overwrite")
                        .err())
                .contains("is an input");
        assertThat(photo).hasBinaryContent(before);
    }

    /** Nor is another photo of the same run that another one's crop would replace. */
    @Test
    void photosAreNotReplacedByCropsOfOthers() throws IOException {
        Path photos = Files.createDirectory(temp.resolve("photos"));
        Path photo = photo(photos.resolve("x.png"));
        Path other = photo(Files.createDirectory(temp.resolve("other")).resolve("x.jpg"));
        byte[] before = Files.readAllBytes(photo);
        CliRun run = run("preprocess", other, photo, "--out", photos, "--size", 8, "--overwrite", "--json");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.json().at("/results/0/error").textValue()).contains("is an input");
        assertThat(run.json().at("/results/1/output").textValue()).endsWith("x-2.png");
        assertThat(photo).hasBinaryContent(before);
    }

    @Test
    void earlierResultsAndOtherFilesStayUnlessAskedOtherwise() throws IOException {
        Path first = photo(temp.resolve("bird.gif"));
        Path second = photo(temp.resolve("bird.jpg"));
        Path third = photo(temp.resolve("cat.jpg"));
        Path out = temp.resolve("out");
        assertThat(run("preprocess", first, "--size", 8, "--out", out).code()).isZero();
        byte[] before = Files.readAllBytes(out.resolve("bird.png"));
        CliRun refused = run("preprocess", second, third, "--size", 9, "--out", out);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("bird.png: exists; nothing is overwritten; --overwrite replaces it")
                .contains("1 of 2 images could not be used");
        assertThat(refused.out()).as("the rest is done").contains("cat.png  9x9");
        assertThat(out.resolve("bird.png")).hasBinaryContent(before);
        assertThat(run("preprocess", second, "--size", 9, "--out", out, "--overwrite")
                        .code())
                .isZero();
        assertThat(Files.readAllBytes(out.resolve("bird.png"))).isNotEqualTo(before);
        assertThat(out).isDirectoryNotContaining(path -> path.toString().endsWith(".partial"));
    }

    @Test
    void theModelThatBringsThePipelineIsAnInput() throws IOException {
        Path model = Files.createDirectory(temp.resolve("model"));
        for (String name : List.of("config.json", "preprocessor_config.json", "model.safetensors")) {
            Files.copy(golden("hf-vit-quickgelu").resolve(name), model.resolve(name));
        }
        Files.createLink(model.resolve("checker.png"), model.resolve("config.json"));
        CliRun run = run(
                "preprocess", golden("preprocess/images/checker.png"), "--model", model, "--out", model, "--overwrite");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("is an input");
    }
}
