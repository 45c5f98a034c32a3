package dev.clipjet.ptx.nvptx;

import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.PtxParser;
import dev.clipjet.ptx.syntax.Variable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Static libraries of PTX, and programs joined from their members. */
final class Libraries {
    private static final String HEADER = ".version 6.0\n.target sm_30\n.address_size 64\n";

    /** What the start-up code defines: a stack pointer and an error number for each thread of a column of 32. */
    private static final String START_UP = """
            .shared .align 8 .u64 __nvptx_stacks[32];
            .shared .align 4 .u32 error_numbers[32];
            .visible .func (.param .u64 %value_out) __errno
            {
            .reg .u32 %t;
            .reg .u64 %a;
            .reg .u64 %b;
            mov.u32 %t, %tid.y;
            mul.wide.u32 %a, %t, 4;
            mov.u64 %b, error_numbers;
            add.u64 %a, %a, %b;
            cvta.shared.u64 %a, %a;
            st.param.u64 [%value_out], %a;
            ret;
            }
            """;

    private static final Set<String> OF_START_UP = Set.of("__nvptx_stacks", "__errno");

    private final Map<String, Member> definitions = new HashMap<>();

    /** The libraries of a folder; where two define a name the first counts. */
    Libraries(Path folder, String... names) throws IOException {
        int number = 0;
        for (String name : names) {
            for (String text : Archive.read(folder.resolve(name)).values()) {
                Member member = Member.of(text, number++);
                member.functions().keySet().forEach(function -> definitions.putIfAbsent(function, member));
                member.variables().keySet().forEach(variable -> definitions.putIfAbsent(variable, member));
            }
        }
    }

    /** A module of the members that some functions need, directly or through others, and an entry. */
    String link(String entry, String... functions) {
        Set<Member> members = new LinkedHashSet<>();
        Deque<String> waiting = new ArrayDeque<>(Set.of(functions));
        while (!waiting.isEmpty()) {
            String name = waiting.remove();
            if (OF_START_UP.contains(name)) {
                continue;
            }
            Member member = definitions.get(name);
            if (member == null) {
                throw new IllegalStateException("nothing defines " + name);
            }
            if (members.add(member)) {
                waiting.addAll(member.needs());
            }
        }
        StringBuilder prototypes = new StringBuilder();
        StringBuilder variables = new StringBuilder();
        StringBuilder bodies = new StringBuilder();
        for (Member member : members) {
            member.variables().values().forEach(variables::append);
            for (String text : member.functions().values()) {
                prototypes.append(text, 0, text.indexOf('{')).append(";\n");
                bodies.append(text);
            }
        }
        return HEADER + START_UP + prototypes + variables + bodies + entry;
    }

    /** Names of the functions that a library defines for others. */
    List<String> functionsOf(Path library) throws IOException {
        List<String> names = new ArrayList<>();
        for (String text : Archive.read(library).values()) {
            names.addAll(Member.of(text, 0).functions().keySet());
        }
        return names;
    }

    /** Loads a module with an entry that calls a function; an exception where it cannot be. */
    void load(String function) {
        String text = link("", function);
        Function found = PtxParser.parse(function, text).functions().stream()
                .filter(each -> each.name().equals(function) && each.body() != null)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nothing defines " + function));
        StringBuilder entry = new StringBuilder(".visible .entry k()\n{\n");
        String results = declare(entry, "%out", found.results());
        String arguments = declare(entry, "%in", found.parameters());
        entry.append("call ")
                .append(results.isEmpty() ? "" : "(" + results + "), ")
                .append(function);
        entry.append(arguments.isEmpty() ? "" : ", (" + arguments + ")").append(";\nret;\n}\n");
        new Rig(function, text + entry, ExecutionOptions.standard()).close();
    }

    private static String declare(StringBuilder entry, String prefix, List<Variable> variables) {
        List<String> names = new ArrayList<>();
        for (Variable variable : variables) {
            String name = prefix + names.size();
            names.add(name);
            entry.append(".param .align ")
                    .append(variable.alignment())
                    .append(" .")
                    .append(variable.type());
            entry.append(' ').append(name);
            entry.append(variable.elements() == 1 ? "" : "[" + variable.elements() + "]")
                    .append(";\n");
        }
        return String.join(", ", names);
    }
}
