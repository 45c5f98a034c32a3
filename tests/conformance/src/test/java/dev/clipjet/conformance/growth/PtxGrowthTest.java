package dev.clipjet.conformance.growth;

import dev.clipjet.ptx.syntax.PtxParser;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** PTX texts of growing length. Being refused is an answer, too. */
class PtxGrowthTest {
    private static final String HEAD = ".version 8.0\n.target sm_80\n.address_size 64\n";
    private static final String ENTRY = HEAD + ".visible .entry k()\n{\n.reg .b32 %r<9>;\n.reg .pred %p<3>;\n";

    private static void check(String name, IntFunction<String> text) throws Exception {
        Growth.check("ptx, " + name, text::apply, ptx -> {
            try {
                PtxParser.parse("growth.ptx", ptx);
            } catch (PtxSyntaxException refused) {
                // As good as a module.
            }
        });
    }

    private static String numbered(int count, IntFunction<String> item) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(item.apply(i));
        }
        return out.toString();
    }

    @Test
    void texts() throws Exception {
        check("instructions", n -> ENTRY + "add.u32 %r1, %r2, %r3;\n".repeat(n / 23) + "ret;\n}\n");
        check("labels", n -> ENTRY + numbered(n / 22, i -> "L" + i + ": bra L" + i + ";\n") + "ret;\n}\n");
        check("registers", n -> ENTRY + numbered(n / 18, i -> ".reg .b32 %x" + i + ";\n") + "ret;\n}\n");
        check("functions", n -> HEAD + numbered(n / 20, i -> ".func f" + i + "(){ ret; }\n"));
        check("variables", n -> HEAD + numbered(n / 24, i -> ".global .b32 v" + i + "[4];\n"));
        check("bytes", n -> HEAD + ".global .b8 v[" + n / 3 + "] = {" + "1, ".repeat(n / 3 - 1) + "1};\n");
        check("comments", n -> HEAD + "/* x */\n".repeat(n / 8));
        check("an open comment", n -> HEAD + "/*".repeat(n / 2));
        check("braces", n -> ENTRY + "{".repeat(n));
        check("parentheses", n -> HEAD + ".global .b32 v = " + "(".repeat(n));
        check("an expression", n -> HEAD + ".global .b32 v = 1" + " + 1".repeat(n / 4) + ";\n");
        check("a long name", n -> HEAD + ".global .b32 " + "v".repeat(n) + ";\n");
        check("a vector", n -> ENTRY + "mov.b32 %r1, {" + "%r2, ".repeat(n / 5) + "%r2};\nret;\n}\n");
        check(
                "lines of sources",
                n -> HEAD + ".file 1 \"a.cu\"\n" + ENTRY.substring(HEAD.length())
                        + numbered(n / 14, i -> ".loc 1 " + i + " 1\n") + "ret;\n}\n");
    }
}
