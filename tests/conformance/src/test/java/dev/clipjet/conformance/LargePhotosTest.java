package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clipjet.tests.support.Golden;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Photos of which a small heap holds one at a time, decoded by several threads: they wait for each other. */
class LargePhotosTest {
    /** 121 MB of pixels. */
    private static final int SIDE = 6352;

    private static final int PHOTOS = 3;

    @TempDir
    Path temp;

    private static void chunk(DataOutputStream out, String type, byte[] content) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 checksum = new CRC32();
        checksum.update(name);
        checksum.update(content);
        out.writeInt(content.length);
        out.write(name);
        out.write(content);
        out.writeInt((int) checksum.getValue());
    }

    private static byte[] blackPng() throws IOException {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream out = new DeflaterOutputStream(pixels, deflater)) {
            byte[] row = new byte[1 + 3 * SIDE];
            for (int y = 0; y < SIDE; y++) {
                out.write(row);
            }
        }
        deflater.end();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(SIDE);
        fields.writeInt(SIDE);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        chunk(out, "IHDR", header.toByteArray());
        chunk(out, "IDAT", pixels.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return file.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC"})
    void large_photos_wait_for_memory(String collector) throws IOException, InterruptedException {
        byte[] png = blackPng();
        for (int i = 0; i < PHOTOS; i++) {
            Files.write(temp.resolve("photo" + i + ".png"), png);
        }
        String output = CommandLineProcess.output(
                java.util.List.of(
                        "-Xmx256m", collector, "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + PHOTOS),
                "embed",
                "--image",
                temp.toString(),
                "--model",
                Golden.folder().resolve("hf-vit-quickgelu").toString(),
                "--json");
        JsonNode embeddings = new JsonMapper().readTree(output).get("embeddings");
        assertThat(embeddings).hasSize(PHOTOS).allMatch(each -> each.has("vector"));
    }
}
