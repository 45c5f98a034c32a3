package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every form of every scalar instruction that the emulator accepts, against its definition in exact arithmetic. A form that is
 * accepted and has neither a definition nor a documented bound fails.
 */
class ScalarFormsTest {
    private static final int[] TABLES = {0x96, 0xCA, 0xE8, 0x1B};

    @Test
    void everyAcceptedFormGivesWhatItsDefinitionSays() {
        List<String> wrong = new ArrayList<>();
        List<String> undefined = new ArrayList<>();
        int accepted = 0;
        int refused = 0;
        for (Form form : Candidates.all()) {
            if (!FormRunner.accepted(form)) {
                refused++;
                continue;
            }
            accepted++;
            if (ApproximateFormsTest.covers(form)) {
                continue;
            }
            for (int lut : form.opcode().equals("lop3") ? TABLES : new int[] {0}) {
                String complaint = check(form, lut);
                if (complaint == null) {
                    continue;
                }
                (complaint.isEmpty() ? undefined : wrong).add(form.name() + " " + complaint);
            }
        }
        System.out.println(accepted + " forms accepted, " + refused + " combinations refused");
        assertThat(undefined).as("forms without a definition").isEmpty();
        assertThat(wrong).as("wrong results").isEmpty();
        assertThat(accepted).isGreaterThan(700);
    }

    private static String check(Form form, int lut) {
        long[][] operands = Operands.of(form);
        long[] results = FormRunner.run(form, operands, lut, ExecutionOptions.standard().withWorkers(1));
        int width = Form.width(form.signature().get(0));
        long[] x = new long[operands.length + 1];
        for (int n = 0; n < results.length; n++) {
            for (int i = 0; i < operands.length; i++) {
                x[i] = operands[i][n];
            }
            x[operands.length] = lut;
            BigInteger expected = Oracle.result(form, x);
            if (expected == null) {
                return "";
            }
            if (anyNanWillDo(form, expected, results[n])) {
                continue;
            }
            if (!expected.equals(Oracle.OPEN) && !expected.equals(Oracle.unsigned(results[n], Math.max(width, 1)))) {
                StringBuilder text = new StringBuilder("of");
                for (int i = 0; i < operands.length; i++) {
                    text.append(String.format(" %x", x[i]));
                }
                return text.append(String.format(" should be %x and is %x", expected, results[n])).toString();
            }
        }
        return null;
    }

    /** Which NaN comes out is open in double precision, and where only the sign is touched. */
    private static boolean anyNanWillDo(Form form, BigInteger expected, long result) {
        Format format = Format.of(form.signature().get(0));
        boolean open = format == Format.F64 || form.opcode().equals("neg") || form.opcode().equals("abs");
        return format != null && open && format.isNan(expected.longValue()) && format.isNan(result);
    }

    /** Scalar forms in the compiled kernels of the tests are among the candidates, so none of them goes unchecked. */
    @Test
    void everyScalarFormOfTheKernelsIsAmongThoseChecked() {
        Set<String> checked = new TreeSet<>();
        Candidates.all().forEach(form -> checked.add(canonical(form)));
        Set<String> missing = new TreeSet<>();
        Pattern instruction = Pattern.compile("^\\s*(?:@!?%p\\d+ )?([a-z][\\w.:]*)\\s.*;\\s*$", Pattern.MULTILINE);
        Stream.of("basics.ptx", "gemm.ptx").map(Rig::text).forEach(text -> {
            Matcher matcher = instruction.matcher(text);
            while (matcher.find()) {
                Form form = Form.of(matcher.group(1));
                if (form.signature() != null && !checked.contains(canonical(form))) {
                    missing.add(form.name());
                }
            }
        });
        assertThat(missing).isEmpty();
    }

    private static String canonical(Form form) {
        return form.opcode() + new TreeSet<>(form.modifiers()) + form.types();
    }
}
