package dev.clipjet.ptx.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask NVIDIA's assembler. */
class AssembleTest {
    @TempDir
    private Path folder;

    @Test
    void tellsWhatKernelsNeedOnEveryTarget() {
        JsonNode document = ToolRun.run("assemble", ToolRun.EXAMPLES, "--target", "sm_80,sm_89,sm_90a", "--json")
                .json();
        assertThat(document.get("targets")).hasSize(3).allSatisfy(target -> {
            assertThat(target.get("assembled").asBoolean()).isTrue();
            assertThat(target.get("cubinBytes").asInt()).isGreaterThan(1000);
            assertThat(target.get("kernels")).anySatisfy(kernel -> {
                assertThat(kernel.get("name").asText()).isEqualTo("columns");
                assertThat(kernel.get("sharedBytes").asInt()).isEqualTo(4096);
                assertThat(kernel.get("registers").asInt()).isBetween(4, 64);
                assertThat(kernel.get("spillStoreBytes").asInt()).isZero();
            });
        });
        ToolRun text = ToolRun.run("assemble", ToolRun.EXAMPLES);
        assertThat(text.out())
                .startsWith(ToolRun.EXAMPLES + " for sm_80: 8 kernels, ")
                .contains("registers", "columns");
        assertThat(text.code()).isZero();
    }

    @Test
    void namesLineAndTextOfErrors() throws Exception {
        String ptx = Files.readString(Path.of(ToolRun.EXAMPLES))
                .replaceFirst("shfl\\.sync\\.bfly\\.b32\\s+\\S+", "shfl.sync.bfly.b32");
        int line = (int) ptx.substring(0, ptx.indexOf("shfl.sync")).lines().count();
        Path broken = Files.writeString(folder.resolve("broken.ptx"), ptx);
        ToolRun run = ToolRun.run("assemble", broken, "--json");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.json().get("targets").get(0).get("errors")).anySatisfy(error -> {
            assertThat(error.get("line").asInt()).isEqualTo(line);
            assertThat(error.get("text").asText()).contains("shfl.sync.bfly.b32");
            assertThat(error.get("problem").asText()).isNotEmpty().doesNotContain("ptxas");
        });
        assertThat(ToolRun.run("assemble", broken).out()).contains("broken.ptx:" + line + ": ");
    }

    @Test
    void textsThatCrashTheAssemblerAreRefused() throws Exception {
        Path odd = Files.writeString(folder.resolve("odd.ptx"), "// .version 8.0 .target sm_80\nnothing");
        ToolRun run = ToolRun.run("assemble", odd, "--target", "sm_80");
        assertThat(run.out()).contains("the assembler crashed");
        assertThat(run.code()).isEqualTo(1);
        assertThat(ToolRun.run("assemble", Files.writeString(folder.resolve("no.ptx"), ""))
                        .err())
                .contains("names no target");
    }

    @Test
    void savesTheMachineCode() throws Exception {
        Path cubin = folder.resolve("examples.cubin");
        assertThat(ToolRun.run("assemble", ToolRun.EXAMPLES, "--save", cubin).code())
                .isZero();
        assertThat(Files.readAllBytes(cubin)).startsWith(0x7f, 'E', 'L', 'F');
    }

    @Test
    void profilesTakeRegistersFromTheAssembler() throws Exception {
        Object[] command = {
            "profile",
            ToolRun.EXAMPLES,
            "columns",
            "--grid",
            1,
            "--block",
            32,
            "--arg",
            "in:i32[1024]=range",
            "--arg",
            "out:i32[32]",
            "--gpu",
            "h200,a100",
            "--json"
        };
        int assembled = ToolRun.run("assemble", ToolRun.EXAMPLES, "--target", "sm_90", "--json")
                .json()
                .get("targets")
                .get(0)
                .get("kernels")
                .findParents("name")
                .stream()
                .filter(kernel -> kernel.get("name").asText().equals("columns"))
                .findFirst()
                .orElseThrow()
                .get("registers")
                .asInt();
        JsonNode gpu = ToolRun.run(command).json().get("gpus").get(0);
        assertThat(gpu.get("registers").asInt()).isEqualTo(assembled);
        assertThat(gpu.get("resources").get("sharedBytes").asInt()).isEqualTo(4096);

        String newer = Files.readString(Path.of(ToolRun.EXAMPLES)).replace(".version 8.0", ".version 8.8");
        command[1] = Files.writeString(folder.resolve("newer.ptx"), newer);
        JsonNode unknown = ToolRun.run(command).json().get("gpus").get(1);
        assertThat(unknown.has("registers")).isFalse();
        assertThat(unknown.get("registersUnknown").asText()).contains("8.8");
        command[command.length - 1] = "--lines=0";
        assertThat(ToolRun.run(command).out())
                .contains("registers are unknown and left out of the occupancy; --registers N");
    }
}
