package dev.clipjet.ptx.syntax;

import java.util.List;
import java.util.Map;

/**
 * A PTX text.
 *
 * @param file name of the text, for messages
 * @param versionMajor major number of {@code .version}
 * @param versionMinor minor number of {@code .version}
 * @param targets names after {@code .target}: {@code sm_80} first, then options
 * @param addressSize 64, or 32
 * @param sourceFiles paths by their number in {@code .file}
 * @param variables variables of the module: {@code .global}, {@code .const}, {@code .shared}; each name once, the definition
 *     rather than an {@code extern} declaration
 * @param functions entries and functions, prototypes included, in the order of the text
 * @param aliases functions by the other names that {@code .alias} gives them
 * @param lines number of lines of the text
 */
public record PtxModule(
        String file,
        int versionMajor,
        int versionMinor,
        List<String> targets,
        int addressSize,
        Map<Integer, String> sourceFiles,
        List<Variable> variables,
        List<Function> functions,
        Map<String, String> aliases,
        int lines) {}
