package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people do wrong, and what they are told. */
class ErrorsTest {
    private static final String SAXPY = "examples.ptx saxpy --grid 1 --block 32 --arg i32:8 --arg f32:2 "
            + "--arg x=in:f32[8]=range --arg y=inout:f32[8]=zeros";

    private static ToolRun run(String command) {
        return ToolRun.run(
                (Object[]) command.replace("examples.ptx", ToolRun.EXAMPLES).split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "run examples.ptx nothing --grid 1 --block 1 | has no kernel nothing; it has [block_sums, ",
                "run examples.ptx --grid 1 --block 1 | name one of the kernels",
                "run examples.ptx saxpy --block 1 | Missing required option: '--grid",
                "run examples.ptx saxpy --grid 0 --block 1 | '0' is no extent; write X, X,Y or X,Y,Z",
                "run examples.ptx saxpy --grid 1,2,3,4 --block 1 | is no extent",
                "run examples.ptx saxpy --grid 3000000000 --block 1 | is no extent",
                "run examples.ptx saxpy --grid 1 --block 1 --arg i32:1 | takes 4 arguments, 1 is given: "
                        + "_Z5saxpyifPKfPf(.param .u32 _Z5saxpyifPKfPf_param_0, .param .f32 ",
                "run SAXPY --arg i32:1 | takes 4 arguments, 5 are given",
                "run examples.ptx columns --grid 1 --block 1 --arg i32:1 --arg out:i32[1] | "
                        + "argument 0, i32:1, has 4 bytes, .param .u64 columns_param_0 has 8",
                "run examples.ptx columns --grid 1 --block 1 --arg x=in:i32[1]=zeros --arg x=out:i32[1] | "
                        + "two arguments are named x",
                "run examples.ptx columns --grid 1 --block 1 --arg ref:y --arg x=out:i32[1] | "
                        + "no buffer is named y; buffers are [x]",
                "run examples.ptx columns --grid 1 --block 1 --arg ref:x+5 --arg x=out:i32[1] | x has 4 bytes",
                "run SAXPY --save z=z.bin | no buffer is named z; buffers are [x, y]",
                "run SAXPY --save x=x.bin | it is an in buffer",
                "run SAXPY --seeds 0-3 | run runs once, 4 runs are asked for",
                "run SAXPY --landing all | run runs once, 3 runs are asked for",
                "run SAXPY --landing soon | none of issue, late, random, all",
                "run SAXPY --mma b200 | none of exact, a100, h100, all",
                "run SAXPY --approx no | none of rounded, perturbed, all",
                "run SAXPY --gpu v100 | [H200, H100, A100, L4]",
                "run SAXPY --seed -1 | --seed is not negative",
                "run SAXPY --workers 0 | at least 1",
                "run SAXPY --shared -4 | not negative",
                "run SAXPY --limit none | 'none' is not a long",
                "run SAXPY --fast | Unknown option: '--fast'",
                "check SAXPY --seeds 5-2 | is empty, or more than",
                "check SAXPY --seeds 0-99999999 | is empty, or more than",
                "check SAXPY --seeds many | is no range such as 0-99",
                "check SAXPY --seed 1 --seeds 2-3 | exclude each other",
                "profile SAXPY --registers 300 | 1 to 255",
                "assemble examples.ptx --target sm_100 | targets are sm_50, ",
                "assemble examples.ptx --target sm_80,sm_90 --save x | exactly one target",
                "assemble examples.ptx --opt 7 | optimization 7; it is 0 to 3",
                "frobnicate | Unmatched argument",
            })
    void wrongUsageIsTwo(String command, String message) {
        ToolRun run = run(command.replace("SAXPY", SAXPY));
        assertThat(run.err()).contains(message).startsWith("clipjet-ptx: ").contains("--help");
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "run nowhere.ptx k --grid 1 --block 1 | nowhere.ptx: no such file",
                "list src | cannot be read",
                "run examples.ptx columns --grid 1 --block 2048 --arg in:i32[1]=zeros --arg out:i32[1] | "
                        + "a block of 2048x1x1 threads; allowed are 1024",
                "run examples.ptx columns --grid 1 --block 1 --shared 300000 --arg in:i32[1]=zeros --arg out:i32[1] | "
                        + "a block has at most 232448",
                "run examples.ptx columns --grid 3 --cluster 2 --block 1 --arg in:i32[1]=zeros --arg out:i32[1] | "
                        + "is not divisible into clusters",
                "run SAXPY --save y=nowhere/y.bin | nowhere/y.bin: cannot be written: there is no such folder",
            })
    void whatCannotBeDoneIsOne(String command, String message) {
        ToolRun run = run(command.replace("SAXPY", SAXPY));
        assertThat(run.err()).contains(message).startsWith("clipjet-ptx: ").doesNotContain("internal error");
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void textsThatAreNoPtxAreRefusedWithTheirLine(@TempDir Path folder) throws Exception {
        String ptx = Files.readString(Path.of(ToolRun.EXAMPLES));
        Path odd = Files.writeString(folder.resolve("odd.ptx"), ptx.replaceFirst("shfl\\.sync\\.bfly", "shuffle.bfly"));
        int line = (int) ptx.substring(0, ptx.indexOf("shfl.sync")).lines().count();
        ToolRun run = ToolRun.run("run", odd, "saxpy", "--grid", 1, "--block", 1);
        assertThat(run.code()).isEqualTo(2);
        ToolRun complete = run(("run " + SAXPY).replace("examples.ptx", odd.toString()));
        assertThat(complete.err()).contains("odd.ptx:" + line + ": ").contains("shuffle.bfly");
        assertThat(complete.code()).isEqualTo(1);
        Path empty = Files.writeString(folder.resolve("empty.ptx"), "");
        assertThat(ToolRun.run("list", empty).code()).isEqualTo(1);
        assertThat(ToolRun.run("list", empty).err()).contains("empty.ptx:1");
    }

    @Test
    void gpusThatCannotRunTheTargetAreRefused(@TempDir Path folder) throws Exception {
        String ptx = Files.readString(Path.of(ToolRun.EXAMPLES));
        Path hopper = Files.writeString(folder.resolve("hopper.ptx"), ptx.replace(".target sm_80", ".target sm_90a"));
        ToolRun run = run(("run " + SAXPY + " --gpu a100").replace("examples.ptx", hopper.toString()));
        assertThat(run.err()).contains("is for sm_90a, which A100 (sm_80) does not run; --gpu can be [H200, H100]");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run(("run " + SAXPY).replace("examples.ptx", hopper.toString()))
                        .code())
                .isZero();
    }

    @Test
    void kernelsThatHangAreReported() {
        ToolRun run = run("run examples.ptx wait_for_flag --grid 1 --block 32 --arg flag=in:i32[1]=zeros");
        assertThat(run.out()).contains("DEADLOCK in wait_for_flag", "ld.volatile.global", "the launch ended early");
        assertThat(run.code()).isEqualTo(3);
    }

    @Test
    void aCommandIsNeeded() {
        assertThat(ToolRun.run().err()).contains("a command is missing");
        assertThat(ToolRun.run().code()).isEqualTo(2);
    }

    @Test
    void stackTracesOnlyWhenAskedFor() {
        assertThat(run("list nowhere.ptx").err()).doesNotContain("at dev.clipjet");
        assertThat(run("list nowhere.ptx --verbose").err()).contains("at dev.clipjet");
    }

    @Test
    void helpAndVersion() {
        for (String command : new String[] {"run", "check", "profile", "assemble", "list"}) {
            ToolRun help = run(command + " --help");
            assertThat(help.out()).startsWith("Usage: clipjet-ptx " + command);
            assertThat(help.out().lines()).allMatch(line -> line.length() <= 120);
            assertThat(help.code()).isZero();
        }
        assertThat(run("--help").out()).contains("Exit codes: 0 nothing found");
        assertThat(run("--version").out()).startsWith("clipjet-ptx ");
    }
}
