package dev.clipjet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.kernels.cuda.CudaProvider;
import org.junit.jupiter.api.Test;

/** Where commands run, and the commands about that. */
class DevicesTest {
    private static final String MODEL = "hf-text-only";

    @Test
    void the_emulator_runs_when_it_is_named_and_says_how_slow_it_is() {
        CliRun run = CliRun.run(
                "embed",
                "--ids",
                "1,5,9,599",
                "--model",
                CliRun.golden(MODEL),
                "--device",
                "emulated",
                "--dtype",
                "fp32",
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.json().get("device").textValue()).isEqualTo("emulated");
        assertThat(run.err())
                .contains("thousands of times slower")
                .contains("Emulated H200")
                .contains("fp32");
        CliRun cpu =
                CliRun.run("embed", "--ids", "1,5,9,599", "--model", CliRun.golden(MODEL), "--device", "cpu", "--json");
        JsonNode expected = cpu.json().get("embeddings").get(0).get("vector");
        JsonNode actual = run.json().get("embeddings").get(0).get("vector");
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).doubleValue())
                    .isBetween(
                            expected.get(i).doubleValue() - 1e-5,
                            expected.get(i).doubleValue() + 1e-5);
        }
    }

    @Test
    void cuda_without_a_gpu_is_an_error_that_says_why() {
        String why = new CudaProvider().unavailable().orElse("");
        assumeThat(why).as("there is no GPU").isNotEmpty();
        CliRun run = CliRun.run("embed", "--ids", "1,5,9,599", "--model", CliRun.golden(MODEL), "--device", "cuda");
        assertThat(run.code()).isEqualTo(Failures.FAILED);
        assertThat(run.err()).contains("no cuda device").contains(why);
        CliRun automatic = CliRun.run("embed", "--ids", "1,5,9,599", "--model", CliRun.golden(MODEL), "--json");
        assertThat(automatic.json().get("device").textValue()).isEqualTo("cpu");
    }

    @Test
    void unknown_devices_and_precisions_are_named() {
        assertThat(CliRun.run("embed", "--ids", "1", "--device", "tpu").err())
                .contains("unknown device \"tpu\", known are auto, cpu, cuda, emulated");
        assertThat(CliRun.run("embed", "--ids", "1", "--dtype", "int8").err())
                .contains("unknown precision \"int8\", known are fp16, bf16, fp32");
    }

    @Test
    void verify_prints_the_error_after_every_operation() {
        CliRun run = CliRun.run("verify", CliRun.golden("hf-vit-quickgelu"), "--device", "emulated", "--dtype", "fp32");
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("vision.patch ")
                .contains("vision.projection ")
                .contains("text.blocks.0.attn.qkv ")
                .contains("text.projection ")
                .contains("embeddings are within the tolerance of 2.0e-05");
        assertThat(run.err()).contains("thousands of times slower");
    }

    @Test
    void verify_without_a_gpu_names_the_emulator() {
        assumeThat(new CudaProvider().unavailable()).as("no GPU").isPresent();
        CliRun run = CliRun.run("verify", CliRun.golden(MODEL));
        assertThat(run.code()).isEqualTo(Failures.FAILED);
        assertThat(run.err()).contains("--device emulated");
    }

    @Test
    void profile_counts_every_launch() {
        CliRun run = CliRun.run(
                "profile", CliRun.golden(MODEL), "--tower", "text", "--batch", "2", "--gpu", "a100", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode profile = run.json();
        assertThat(profile.get("gpu").textValue()).isEqualTo("A100");
        assertThat(profile.get("how").textValue()).isEqualTo("every block was run");
        assertThat(profile.get("predicted_us").doubleValue())
                .isGreaterThan(profile.get("floor_us").doubleValue());
        int launches = 0;
        for (JsonNode kernel : profile.get("kernels")) {
            launches += kernel.get("times").intValue();
            assertThat(kernel.get("sectors").longValue()).isPositive();
            assertThat(kernel.get("occupancy_warps").intValue()).isPositive();
        }
        assertThat(launches).isEqualTo(profile.get("launches").intValue()).isGreaterThan(10);
    }

    @Test
    void a_sample_gives_the_counts_of_the_whole() {
        Object[] arguments = {"profile", CliRun.golden("hf-vision-only-v5"), "--batch", "96", "--gpu", "h200", "--json"
        };
        JsonNode whole = CliRun.run(arguments).json();
        Object[] sampled = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        sampled[arguments.length] = "--sample";
        JsonNode part = CliRun.run(sampled).json();
        assertThat(part.get("how").textValue()).contains("extrapolated");
        double expected = whole.get("predicted_us").doubleValue();
        assertThat(part.get("predicted_us").doubleValue()).isBetween(0.9 * expected, 1.1 * expected);
    }

    @Test
    void profile_needs_one_model() {
        assertThat(CliRun.run("profile").code()).isEqualTo(Failures.USAGE);
        assertThat(CliRun.run("profile", "--synth", "ViT-B-32", CliRun.golden(MODEL))
                        .err())
                .contains("a MODEL or --synth, one of them");
        assertThat(CliRun.run("profile", CliRun.golden(MODEL), "--tower", "text", "--gpu", "tpu")
                        .err())
                .contains("known are H200");
        assertThat(CliRun.run("profile", CliRun.golden(MODEL)).err()).contains("has no image tower");
    }
}
