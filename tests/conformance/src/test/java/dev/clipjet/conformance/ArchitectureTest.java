package dev.clipjet.conformance;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/** The directions in which the parts may depend on each other. */
@AnalyzeClasses(packages = "dev.clipjet", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] KERNELS = {
        "dev.clipjet.error..",
        "dev.clipjet.numeric..",
        "dev.clipjet.device..",
        "dev.clipjet.ptx..",
        "dev.clipjet.kernels.."
    };
    private static final String[] LEAVES = {"dev.clipjet.model..", "dev.clipjet.json.."};
    private static final String[] WEIGHTS = {"dev.clipjet.weights.."};
    private static final String[] CONVERT = {"dev.clipjet.convert.."};
    private static final String[] TOKENIZER = {"dev.clipjet.tokenizer.."};
    private static final String[] PREPROCESS = {"dev.clipjet.preprocess.."};
    private static final String[] RUNTIME = {
        "dev.clipjet",
        "dev.clipjet.engine..",
        "dev.clipjet.graph..",
        "dev.clipjet.cpu..",
        "dev.clipjet.gpu..",
        "dev.clipjet.verify.."
    };
    private static final String[] COMMAND_LINE = {"dev.clipjet.cli.."};

    private static DescribedPredicate<JavaClass> in(String[]... groups) {
        return resideInAnyPackage(Arrays.stream(groups).flatMap(Arrays::stream).toArray(String[]::new));
    }

    @ArchTest
    static final ArchRule KERNELS_KNOW_NOTHING_ABOVE_THEM = noClasses()
            .that(in(KERNELS))
            .should()
            .dependOnClassesThat(in(LEAVES, WEIGHTS, TOKENIZER, PREPROCESS, RUNTIME, COMMAND_LINE));

    /** What a model is, and JSON files, are there for all above the kernels. */
    @ArchTest
    static final ArchRule MODEL_AND_JSON_ARE_LEAVES = noClasses()
            .that(in(LEAVES))
            .should()
            .dependOnClassesThat(in(WEIGHTS, CONVERT, TOKENIZER, PREPROCESS, RUNTIME, COMMAND_LINE))
            .orShould()
            .dependOnClassesThat(
                    resideInAnyPackage("dev.clipjet.kernels..", "dev.clipjet.device..", "dev.clipjet.ptx.."));

    @ArchTest
    static final ArchRule MODEL_DESCRIPTIONS_KNOW_NO_FILE_FORMAT = noClasses()
            .that()
            .resideInAPackage("dev.clipjet.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.clipjet.json..", "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule TOKENIZER_AND_PREPROCESSING_KNOW_NO_LOADER =
            noClasses().that(in(TOKENIZER, PREPROCESS)).should().dependOnClassesThat(in(WEIGHTS));

    @ArchTest
    static final ArchRule THE_LOADER_KNOWS_NOTHING_OF_THE_RUNTIME = noClasses()
            .that(in(WEIGHTS))
            .should()
            .dependOnClassesThat(in(TOKENIZER, PREPROCESS, RUNTIME, COMMAND_LINE))
            .orShould()
            .dependOnClassesThat(resideInAnyPackage("dev.clipjet.kernels.."));

    @ArchTest
    static final ArchRule CONVERSION_KNOWS_THE_LOADER_ONLY = noClasses()
            .that(in(CONVERT))
            .should()
            .dependOnClassesThat(in(TOKENIZER, PREPROCESS, RUNTIME, COMMAND_LINE))
            .orShould()
            .dependOnClassesThat(resideInAnyPackage("dev.clipjet.kernels.."));

    @ArchTest
    static final ArchRule THE_LIBRARY_KNOWS_NOTHING_OF_CONVERSION = noClasses()
            .that(in(KERNELS, LEAVES, WEIGHTS, TOKENIZER, PREPROCESS, RUNTIME))
            .should()
            .dependOnClassesThat(in(CONVERT));

    /** Whoever cuts a mapped file off ends every process in which native code reads the mapping. */
    @ArchTest
    static final ArchRule NO_FILE_IS_MAPPED = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(FileChannel.MapMode.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(MappedByteBuffer.class);

    @ArchTest
    static final ArchRule THE_ONNX_EXPORT_KNOWS_GRAPHS_AND_NO_ENGINE = noClasses()
            .that()
            .resideInAPackage("dev.clipjet.onnx..")
            .should()
            .dependOnClassesThat(in(TOKENIZER, PREPROCESS, COMMAND_LINE))
            .orShould()
            .dependOnClassesThat(resideInAnyPackage(
                    "dev.clipjet",
                    "dev.clipjet.engine..",
                    "dev.clipjet.cpu..",
                    "dev.clipjet.gpu..",
                    "dev.clipjet.kernels.."));

    @ArchTest
    static final ArchRule ONLY_ITS_MODULE_WRITES_ONNX = noClasses()
            .that()
            .resideOutsideOfPackage("dev.clipjet.onnx..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnx..", "com.google.protobuf..", "org.tribuo..");

    @ArchTest
    static final ArchRule TOKENIZER_STANDS_BESIDE_PREPROCESSING =
            noClasses().that(in(TOKENIZER)).should().dependOnClassesThat(in(PREPROCESS, RUNTIME, COMMAND_LINE));

    @ArchTest
    static final ArchRule PREPROCESSING_STANDS_BESIDE_THE_TOKENIZER =
            noClasses().that(in(PREPROCESS)).should().dependOnClassesThat(in(TOKENIZER, RUNTIME, COMMAND_LINE));

    @ArchTest
    static final ArchRule THE_LIBRARY_KNOWS_NOTHING_OF_THE_COMMAND_LINE = noClasses()
            .that(in(RUNTIME))
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "dev.clipjet.cli..", "picocli..", "me.tongfei..", "ch.qos.logback..", "com.fasterxml.jackson.."));

    @ArchTest
    static final ArchRule GRAPHS_KNOW_NO_DEVICE = noClasses()
            .that()
            .resideInAPackage("dev.clipjet.graph..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.clipjet.cpu..",
                    "dev.clipjet.gpu..",
                    "dev.clipjet.engine..",
                    "dev.clipjet.device..",
                    "dev.clipjet.kernels..",
                    "dev.clipjet.weights..",
                    "dev.clipjet.preprocess..",
                    "dev.clipjet.tokenizer..",
                    "dev.clipjet");

    /** Operations have roles and weights are expressions: no name says what something is. */
    @ArchTest
    static final ArchRule NOTHING_IS_DECIDED_BY_THE_ENDS_OF_NAMES = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.clipjet.graph..",
                    "dev.clipjet.engine..",
                    "dev.clipjet.cpu..",
                    "dev.clipjet.gpu..",
                    "dev.clipjet.verify..")
            .should()
            .callMethod(String.class, "endsWith", String.class)
            .orShould()
            .callMethod(String.class, "contains", CharSequence.class);

    /** What runs on every device does not know one of them. */
    @ArchTest
    static final ArchRule THE_ENGINE_KNOWS_NO_EXECUTOR = noClasses()
            .that()
            .resideInAPackage("dev.clipjet.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.clipjet.cpu..", "dev.clipjet.gpu..", "dev.clipjet.device..", "dev.clipjet.kernels..");

    @ArchTest
    static final ArchRule ENGINES_DO_NOT_KNOW_EACH_OTHER = noClasses()
            .that()
            .resideInAPackage("dev.clipjet.gpu..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.clipjet.cpu..", "dev.clipjet.kernels.cpu..")
            .orShould()
            .dependOnClassesThat(in(COMMAND_LINE, new String[] {"dev.clipjet.verify.."}));

    @ArchTest
    static final ArchRule THE_CPU_ENGINE_KNOWS_NO_GPU = noClasses()
            .that()
            .resideInAPackage("dev.clipjet.cpu..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.clipjet.gpu..", "dev.clipjet.device..", "dev.clipjet.kernels.gpu..");

    /** Which device it is, the engine learns from a provider. */
    @ArchTest
    static final ArchRule THE_ENGINE_FOR_GPUS_KNOWS_NO_PARTICULAR_DEVICE = noClasses()
            .that(in(RUNTIME))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.clipjet.kernels.cuda..", "dev.clipjet.ptx..");

    @ArchTest
    static final ArchRule ONLY_THE_PROFILE_USES_THE_EMULATOR = noClasses()
            .that()
            .resideOutsideOfPackages("dev.clipjet.ptx..", "dev.clipjet.cli.profile..", "dev.clipjet.tests.gpu..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.clipjet.ptx..");

    @ArchTest
    static final ArchRule LAUNCH_WRAPPERS_RUN_ON_ANY_DEVICE = noClasses()
            .that()
            .resideInAPackage("dev.clipjet.kernels.gpu..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.clipjet.kernels.cuda..", "dev.clipjet.kernels.cpu..", "dev.clipjet.ptx..");

    @ArchTest
    static final ArchRule ONLY_THE_DRIVER_PACKAGE_USES_JCUDA = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.clipjet.kernels.cuda..", "dev.clipjet.kernels.cublas..", "dev.clipjet.ptx.assembler..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jcuda..");

    @ArchTest
    static final ArchRule ONLY_THE_CPU_KERNELS_USE_ONEDNN = noClasses()
            .that()
            .resideOutsideOfPackage("dev.clipjet.kernels.cpu..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco.dnnl..", "com.sun.jna..");

    @ArchTest
    static final ArchRule ONLY_THE_CUBLAS_PACKAGE_USES_ITS_BINDINGS = noClasses()
            .that()
            .resideOutsideOfPackage("dev.clipjet.kernels.cublas..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jcuda.jcublas..", "org.bytedeco.cuda..");

    @ArchTest
    static void the_library_prints_nothing(JavaClasses classes) {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(
                classes.that(DescribedPredicate.not(in(COMMAND_LINE, new String[] {"dev.clipjet.tests.support.."}))));
    }

    @ArchTest
    static final ArchRule PACKAGES_OF_THE_RUNTIME_FORM_NO_CYCLES =
            slices().matching("dev.clipjet.(*)..").should().beFreeOfCycles();
}
