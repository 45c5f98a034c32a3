package dev.clipjet.ptx.syntax;

import java.util.List;
import java.util.Map;

/**
 * A function or an entry.
 *
 * @param name its name
 * @param entry whether it can be launched
 * @param linking {@code extern}, {@code visible}, {@code weak}, or empty
 * @param results return parameters ({@code .param} or {@code .reg} variables)
 * @param parameters parameters ({@code .param} or {@code .reg} variables)
 * @param directives performance directives by name without the dot ({@code maxntid}, {@code reqntid}, {@code minnctapersm},
 *     {@code maxnreg}, {@code noreturn}, {@code explicitcluster}, {@code reqnctapercluster}, {@code maxclusterrank} ...) with
 *     their numbers
 * @param body its statements, or null for a prototype
 * @param line where it begins
 */
public record Function(
        String name,
        boolean entry,
        String linking,
        List<Variable> results,
        List<Variable> parameters,
        Map<String, List<Integer>> directives,
        Statement.Block body,
        int line) {}
