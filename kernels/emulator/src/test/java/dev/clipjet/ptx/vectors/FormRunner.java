package dev.clipjet.ptx.vectors;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Arrays;
import java.util.List;

/** Runs one instruction over many operands, each in a thread of its own. */
final class FormRunner {
    private FormRunner() {}

    /** The text of a kernel that loads the operands from 64-bit slots, executes the form, and stores the result in a slot. */
    static String kernel(Form form, int lut) {
        List<String> signature = form.signature();
        StringBuilder text = new StringBuilder(".version 8.0\n.target sm_90a\n.address_size 64\n.visible .entry k(");
        for (int i = 0; i < signature.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(".param .u64 p").append(i);
        }
        text.append(")\n{\n")
                .append(declarations())
                .append("mov.u32 %r10, %ctaid.x;\nmov.u32 %r11, %ntid.x;\nmov.u32 %r12, %tid.x;\n")
                .append("mad.lo.u32 %r10, %r10, %r11, %r12;\nmul.wide.u32 %d16, %r10, 8;\n");
        for (int i = 1; i < signature.size(); i++) {
            String type = signature.get(i);
            if (type.equals("lut")) {
                continue;
            }
            text.append("ld.param.u64 %d17, [p")
                    .append(i)
                    .append("];\nadd.s64 %d17, %d17, %d16;\nld.global.u64 %d18, [%d17];\n");
            String target = register(type, i);
            switch (Form.width(type)) {
                case 1 -> text.append("setp.ne.u64 ").append(target).append(", %d18, 0;\n");
                case 64 -> text.append("mov.u64 ").append(target).append(", %d18;\n");
                case 32 -> text.append("cvt.u32.u64 ").append(target).append(", %d18;\n");
                default -> text.append("cvt.u16.u64 ").append(target).append(", %d18;\n");
            }
        }
        text.append(instruction(form, lut));
        String result = register(signature.get(0), 0);
        switch (Form.width(signature.get(0))) {
            case 1 -> text.append("selp.u64 %d18, 1, 0, ").append(result).append(";\n");
            case 64 -> text.append("mov.u64 %d18, ").append(result).append(";\n");
            case 32 -> text.append("cvt.u64.u32 %d18, ").append(result).append(";\n");
            case 8 -> text.append("cvt.u64.u8 %d18, ").append(result).append(";\n");
            default -> text.append("cvt.u64.u16 %d18, ").append(result).append(";\n");
        }
        return text.append(
                        "ld.param.u64 %d17, [p0];\nadd.s64 %d17, %d17, %d16;\nst.global.u64 [%d17], %d18;\nret;\n}\n")
                .toString();
    }

    private static String declarations() {
        return ".reg .pred %q<8>;\n.reg .b16 %h<8>;\n.reg .b32 %r<16>;\n.reg .b64 %d<24>;\n";
    }

    private static String instruction(Form form, int lut) {
        List<String> signature = form.signature();
        StringBuilder instruction = new StringBuilder(form.name()).append(' ').append(register(signature.get(0), 0));
        for (int i = 1; i < signature.size(); i++) {
            instruction.append(", ");
            if (signature.get(i).equals("lut")) {
                instruction.append(lut);
            } else {
                instruction.append(register(signature.get(i), i));
            }
        }
        return instruction.append(";\n").toString();
    }

    private static String register(String type, int index) {
        return switch (Form.width(type)) {
            case 1 -> "%q" + index;
            case 64 -> "%d" + index;
            case 32 -> "%r" + index;
            default -> "%h" + index;
        };
    }

    /** Whether the emulator accepts the form. */
    static boolean accepted(Form form) {
        return Decoding.accepts(instruction(form, 0));
    }

    /** Results for operands: {@code operands[i][n]} is operand i of case n. */
    static long[] run(Form form, long[][] operands, int lut, ExecutionOptions options) {
        int n = operands[0].length;
        int padded = n + 127 & -128;
        try (Rig rig = new Rig("form", kernel(form, lut), options)) {
            Object[] arguments = new Object[form.signature().size()];
            long out = rig.raw(8L * padded);
            arguments[0] = out;
            for (int i = 1; i < arguments.length; i++) {
                long[] values = new long[padded];
                if (i <= operands.length) {
                    System.arraycopy(operands[i - 1], 0, values, 0, n);
                }
                for (int j = n; j < padded; j++) {
                    values[j] = 1;
                }
                arguments[i] = rig.longs(values);
            }
            try {
                rig.launch("k", Dim3.of(padded / 128), Dim3.of(128), arguments);
            } catch (KernelFindingsException found) {
                boolean open = found.findings().stream().allMatch(f -> f.kind() == FindingKind.UNSPECIFIED_RESULT);
                if (!open) {
                    throw found;
                }
            }
            long[] results = rig.readLongs(out, padded);
            return Arrays.copyOf(results, n);
        }
    }
}
