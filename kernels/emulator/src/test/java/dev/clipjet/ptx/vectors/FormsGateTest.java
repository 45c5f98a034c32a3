package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.isa.InstructionSet;
import dev.clipjet.ptx.wgmma.WgmmaLayoutTest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * No instruction is accepted that no test executes. What is tested is the list by which the tests of this package generate their
 * kernels, and {@link #ELSEWHERE} for what needs whole programs. What is accepted is asked of the decoders: every tested form is
 * varied by every word that occurs in their code, and by every word left out, and whatever is then accepted has to be on the list
 * as well.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FormsGateTest {
    /** Words that change when something happens or who sees it, but no value: each is tested with its opcode, not in all combinations. */
    private static final Set<String> NEUTRAL = Set.of(
            "weak",
            "volatile",
            "relaxed",
            "acquire",
            "release",
            "acq_rel",
            "mmio",
            "cta",
            "cluster",
            "gpu",
            "sys",
            "ca",
            "cg",
            "cs",
            "lu",
            "cv",
            "wb",
            "wt",
            "nc",
            "unified",
            "shared::cta",
            "param::entry",
            "param::func",
            "aligned",
            "L1::evict_normal",
            "L1::evict_unchanged",
            "L1::evict_first",
            "L1::evict_last",
            "L1::no_allocate",
            "L2::64B",
            "L2::128B",
            "L2::256B",
            "L2::cache_hint");

    /** Forms whose programs are in tests of other packages: class, pattern. */
    private static final String[][] ELSEWHERE = {
        {"wgmma.WgmmaLayoutTest", "wgmma fence,commit_group,wait_group sync aligned"},
        {"wgmma.WarpSpecialisedGemmTest", "setmaxnreg inc,dec sync aligned u32"},
    };

    /** Forms of the resources that are refused: copies of tensors. */
    private static final Set<String> REFUSED =
            Set.of("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes");

    private static final Set<String> TYPES = Set.of(
            "pred", "b8", "b16", "b32", "b64", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "f16", "bf16",
            "f16x2", "bf16x2", "tf32", "f32", "f64", "b128");

    private final Map<String, Set<String>> forms = new TreeMap<>();
    private final Map<String, Set<String>> cores = new TreeMap<>();
    private final Map<String, Set<String>> neutral = new TreeMap<>();

    FormsGateTest() {
        List<String> names = new ArrayList<>();
        Candidates.all().stream().filter(FormRunner::accepted).map(Form::name).forEach(names::add);
        names.addAll(MemoryFormsTest.forms());
        names.addAll(AtomicFormsTest.forms());
        names.addAll(WarpFormsTest.forms());
        names.addAll(MatrixFormsTest.forms());
        names.addAll(ByteMatrixFormsTest.forms());
        names.addAll(PackedValuesFormsTest.forms());
        names.addAll(WmmaFormsTest.forms());
        names.addAll(CarryFormsTest.forms());
        names.addAll(PackedFormsTest.forms());
        names.addAll(ProgramFormsTest.forms());
        names.addAll(MBarrierFormsTest.forms());
        names.addAll(ClusterFormsTest.forms());
        names.addAll(WgmmaLayoutTest.forms());
        for (String[] row : ELSEWHERE) {
            names.addAll(Vectors.expand(row[1]));
        }
        for (String name : names) {
            if (accepts(name)) {
                String opcode = Form.of(name).opcode();
                forms.computeIfAbsent(opcode, key -> new LinkedHashSet<>()).add(name);
                cores.computeIfAbsent(opcode, key -> new HashSet<>()).add(core(name));
                neutral.computeIfAbsent(opcode, key -> new TreeSet<>()).addAll(words(name));
            }
        }
    }

    private static List<String> words(String name) {
        List<String> words = new ArrayList<>(List.of(name.split("\\.")));
        words.remove(0);
        return words;
    }

    /** A form without what is neutral, its other words in order of the alphabet, types as written. */
    private static String core(String name) {
        Set<String> others = new TreeSet<>();
        List<String> types = new ArrayList<>();
        for (String word : words(name)) {
            if (TYPES.contains(word)) {
                types.add(word);
            } else if (!NEUTRAL.contains(word)) {
                others.add(word);
            } else if (word.equals("shared::cta")) {
                others.add("shared");
            }
        }
        return name.split("\\.")[0] + others + types;
    }

    private boolean isTested(String name) {
        String opcode = name.split("\\.")[0];
        return cores.getOrDefault(opcode, Set.of()).contains(core(name))
                && words(name).stream()
                        .allMatch(word -> !NEUTRAL.contains(word)
                                || neutral.getOrDefault(opcode, Set.of()).contains(word));
    }

    private static boolean accepts(String name) {
        return OperandChoices.of(name).stream().anyMatch(operands -> Decoding.accepts(name + " " + operands + ";"));
    }

    @Test
    void everyOpcodeIsTested() {
        assertThat(forms.keySet())
                .isEqualTo(new TreeSet<>(InstructionSet.decoders().keySet()));
    }

    @Test
    void everyFormThatIsAcceptedIsTested() throws IOException {
        Set<String> words = Words.ofPackage(InstructionSet.class);
        words.addAll(Words.ofPackage(InstructionReader.class));
        TYPES.stream().sorted().forEach(words::add);
        words.removeAll(InstructionSet.decoders().keySet());
        // Words that are operations of some instructions and opcodes of others.
        words.addAll(List.of("and", "or", "xor", "add", "min", "max", "sync", "barrier", "mbarrier", "abs"));
        Set<String> gaps = new TreeSet<>();
        int asked = 0;
        for (Map.Entry<String, Set<String>> opcode : forms.entrySet()) {
            Set<String> seen = new HashSet<>();
            int representatives = 0;
            for (String name : opcode.getValue()) {
                for (int i = 0; i < words(name).size(); i++) {
                    List<String> fewer = new ArrayList<>(List.of(name.split("\\.")));
                    fewer.remove(i + 1);
                    String variant = String.join(".", fewer);
                    if (!isTested(variant)) {
                        asked++;
                        if (accepts(variant)) {
                            gaps.add(variant);
                        }
                    }
                }
                // Forms that together have every word of the opcode stand for the rest.
                if (!seen.addAll(words(name)) && representatives > 0) {
                    continue;
                }
                representatives++;
                for (String word : words) {
                    List<String> variants = new ArrayList<>(List.of(name + "." + word));
                    List<String> own = words(name);
                    for (int i = 0; i < own.size() && representatives <= 1; i++) {
                        List<String> changed = new ArrayList<>(own);
                        changed.set(i, word);
                        variants.add(opcode.getKey() + "." + String.join(".", changed));
                    }
                    for (String variant : variants) {
                        if (!isTested(variant)) {
                            asked++;
                            if (accepts(variant)) {
                                gaps.add(variant);
                            }
                        }
                    }
                }
            }
        }
        System.out.println(
                forms.values().stream().mapToInt(Set::size).sum() + " forms tested, " + asked + " others asked for");
        assertThat(gaps).as("accepted and not tested").isEmpty();
    }

    /** Compilers' output in the test resources has no form that is refused or not tested. */
    @Test
    void everyFormOfTheResourcesIsTested() throws IOException {
        Pattern instruction = Pattern.compile(
                "^\\s*(?:\\{\\s*)?(?:@!?%\\w+\\s+)?([a-z][a-z0-9_]*(?:\\.[\\w:]+)*)[\\s;].*$", Pattern.MULTILINE);
        Path root = Path.of(URI.create(getClass().getResource("/ptx").toString()));
        Map<String, String> missing = new TreeMap<>();
        int distinct = 0;
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".ptx")).toList()) {
                Matcher matcher = instruction.matcher(Files.readString(file));
                while (matcher.find()) {
                    if (InstructionSet.decoders().containsKey(matcher.group(1).split("\\.")[0])
                            && found.add(matcher.group(1))) {
                        distinct++;
                        if (!isTested(matcher.group(1)) && !REFUSED.contains(matcher.group(1))) {
                            missing.put(matcher.group(1), file.getFileName().toString());
                        }
                    }
                }
            }
        }
        System.out.println(distinct + " forms in the resources");
        assertThat(distinct).isGreaterThan(100);
        assertThat(missing).as("forms of the resources without a test").isEmpty();
    }

    /** The programs in the tests of other packages have each of their forms by its full name. */
    @Test
    void testsOfOtherPackagesHaveTheirForms() throws Exception {
        for (String[] row : ELSEWHERE) {
            Class<?> test = Class.forName("dev.clipjet.ptx." + row[0]);
            byte[] file =
                    test.getResourceAsStream(test.getSimpleName() + ".class").readAllBytes();
            String programs = String.join("\n", Words.strings(file));
            for (String name : Vectors.expand(row[1])) {
                assertThat(programs).as(row[0]).containsPattern("(?m)(^|\\s)" + Pattern.quote(name) + "[ ;]");
            }
        }
    }
}
