package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small files that ask for much work: it ends at the limit, or is cut. */
class HostileWorkTest {
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final String HEAD = ".version 8.0\n.target sm_80\n.address_size 64\n";

    @TempDir
    Path folder;

    private ToolRun check(Path file, Object limit) {
        return ToolRun.run("check", file, "--grid", 1, "--block", 32, "--seeds", "0-0", "--limit", limit);
    }

    @Test
    void callsCountAgainstTheLimit() {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 0; i < 40; i++) {
            text.append(".func f").append(i).append("(){ ");
            text.append(i == 0 ? "" : "call f" + (i - 1) + "; call f" + (i - 1) + ";")
                    .append(" ret; }\n");
        }
        text.append(".visible .entry k(){ call f39; ret; }");
        assertTimeoutPreemptively(SOON, () -> {
            ToolRun run = check(Files.writeString(folder.resolve("calls.ptx"), text), 1000);
            assertThat(run.out()).contains("INSTRUCTION_LIMIT", "more than 1000 warp instructions");
            assertThat(run.code()).isEqualTo(3);
        });
    }

    @Test
    void aWidthOfPrintfIsCutWhateverItsSign() {
        for (String width : new String[] {"2147483648", "2147483647", "4294967295"}) {
            String text = HEAD + """
                    .extern .func (.param .b32 r) vprintf(.param .b64 a,.param .b64 b);
                    .global .align 1 .b8 fmt[6]={37,45,42,100,10,0};
                    .visible .entry k()
                    {
                    .local .align 8 .b8 buf[64]; .reg .b64 %rd<9>; .reg .b32 %r<3>;
                    mov.u64 %rd2, buf; mov.u64 %rd3,WIDTH; st.local.u64 [%rd2+0],%rd3;
                    mov.u64 %rd3,5; st.local.u64 [%rd2+8],%rd3;
                    cvta.local.u64 %rd4,%rd2; mov.u64 %rd5,fmt; cvta.global.u64 %rd5,%rd5;
                    { .param .b64 p0; st.param.b64 [p0],%rd5; .param .b64 p1; st.param.b64 [p1],%rd4; .param .b32 rv;
                    call (rv),vprintf,(p0,p1); ld.param.b32 %r1,[rv]; }
                    ret;
                    }
                    """.replace("WIDTH", width);
            assertTimeoutPreemptively(SOON, () -> {
                ToolRun run = check(Files.writeString(folder.resolve("printf.ptx"), text), 100_000);
                assertThat(run.err()).as(width).isEmpty();
                assertThat(run.code()).as(width).isZero();
            });
        }
    }

    @Test
    void whatIsNoRegularFileIsRefused() throws Exception {
        Path pipe = folder.resolve("pipe.ptx");
        try {
            assertEquals(
                    0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        } catch (IOException e) {
            assumeTrue(false, "this machine has no mkfifo");
        }
        assertTimeoutPreemptively(SOON, () -> {
            for (Path file : new Path[] {pipe, Path.of("/dev/zero"), folder}) {
                ToolRun run = check(file, 1000);
                assertThat(run.err()).contains(file.toString(), "not a regular file");
                assertThat(run.code()).isEqualTo(1);
            }
            ToolRun filled = ToolRun.run(
                    "run",
                    ToolRun.EXAMPLES,
                    "block_sums",
                    "--grid",
                    1,
                    "--block",
                    256,
                    "--arg",
                    "x=in:f32[256]=file:" + pipe,
                    "--arg",
                    "sums=out:f32[1]");
            assertThat(filled.err()).contains(pipe.toString(), "not a regular file");
        });
    }
}
