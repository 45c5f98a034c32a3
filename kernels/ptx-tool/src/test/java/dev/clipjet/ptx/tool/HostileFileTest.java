package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files: the tool says something sensible about every one, or runs it, and ends. */
class HostileFileTest {
    private static final int MUTANTS = Integer.getInteger("clipjet.mutants", 300);

    @Test
    void damagedFilesAreRunOrRefused(@TempDir Path folder) throws Exception {
        String text = Files.readString(Path.of(ToolRun.EXAMPLES));
        Path file = folder.resolve("damaged.ptx");
        int ran = 0;
        for (int i = 0; i < MUTANTS; i++) {
            Files.writeString(file, mutant(text, new Random(i)), StandardCharsets.ISO_8859_1);
            ToolRun run = ToolRun.run(
                    "run",
                    file,
                    "block_sums_fixed",
                    "--grid",
                    2,
                    "--block",
                    256,
                    "--arg",
                    "x=in:f32[512]=random",
                    "--arg",
                    "sums=out:f32[2]",
                    "--limit",
                    20_000,
                    "--workers",
                    1);
            assertThat(run.err()).as("mutant %d", i).doesNotContain("internal error", "not enough memory");
            assertThat(run.code()).as("mutant %d: %s", i, run.err()).isBetween(0, 3);
            assertThat(run.code() == 0 || run.code() == 3 ? run.out() : run.err())
                    .as("mutant %d", i)
                    .isNotBlank();
            ran += run.code() == 0 ? 1 : 0;
        }
        // Some damage changes nothing that this kernel does.
        assertThat(ran).isBetween(1, MUTANTS - 1);
    }

    private static String mutant(String text, Random random) {
        StringBuilder mutant = new StringBuilder(text);
        for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
            int at = random.nextInt(mutant.length());
            int length = Math.min(mutant.length() - at, 1 + random.nextInt(6));
            switch (random.nextInt(4)) {
                case 0 -> mutant.delete(at, at + length);
                case 1 -> mutant.insert(at, mutant.substring(at, at + length));
                case 2 -> mutant.setCharAt(at, (char) random.nextInt(256));
                default ->
                    mutant.insert(
                            at, new String[] {"-1", "99999999999", "{", "}", ";", "[", "0x", ".v4"}[random.nextInt(8)]);
            }
        }
        return mutant.toString();
    }

    @Test
    void sourcesAreReadFromOneFolderOnly(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "secret\n".repeat(200));
        Path inside = Files.createDirectory(folder.resolve("inside"));
        String ptx = Files.readString(Path.of(ToolRun.EXAMPLES)).replace("\"examples.cu\"", "\"" + secret + "\"");
        Path file = Files.writeString(inside.resolve("k.ptx"), ptx);
        ToolRun run = ToolRun.run(
                "check",
                file,
                "block_sums",
                "--grid",
                1,
                "--block",
                256,
                "--arg",
                "x=in:f32[256]=random",
                "--arg",
                "sums=out:f32[1]",
                "--seeds",
                0);
        assertThat(run.out()).contains("RACE", "secret.txt:").doesNotContain(": secret");
        assertThat(run.code()).isEqualTo(3);
    }
}
