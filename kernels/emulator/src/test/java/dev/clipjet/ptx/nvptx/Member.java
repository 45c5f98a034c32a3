package dev.clipjet.ptx.nvptx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one object file of GCC's PTX back end defines and needs. GCC announces every declaration and definition by a comment, which
 * is where the text is cut.
 *
 * @param functions texts of the functions that it defines, by name
 * @param variables texts of the variables that it defines, by name
 * @param needs names that other objects have to define
 */
record Member(Map<String, String> functions, Map<String, String> variables, Set<String> needs) {
    private static final Pattern PIECE = Pattern.compile(
            "^// BEGIN (GLOBAL )?(FUNCTION|VAR) (DECL|DEF): (\\S+)\\n(.*?)(?=^// BEGIN |\\z)",
            Pattern.MULTILINE | Pattern.DOTALL);

    /**
     * Takes a text apart.
     *
     * @param number what names that are private to the object get behind them, so that objects can be joined
     */
    static Member of(String text, int number) {
        Map<String, String> functions = new LinkedHashMap<>();
        Map<String, String> variables = new LinkedHashMap<>();
        Set<String> needs = new TreeSet<>();
        List<String> own = new ArrayList<>();
        Matcher piece = PIECE.matcher(text.replace("\0", ""));
        while (piece.find()) {
            String name = piece.group(4);
            if (piece.group(3).equals("DECL")) {
                needs.add(name);
                continue;
            }
            if (piece.group(1) == null) {
                own.add(name);
            }
            String body = piece.group(5).replaceAll("(?m)^[ \\t]*\\.(loc|file)\\b.*\\n", "");
            (piece.group(2).equals("VAR") ? variables : functions).put(name, body);
        }
        needs.removeAll(functions.keySet());
        needs.removeAll(variables.keySet());
        for (String name : own) {
            Pattern word = Pattern.compile("(?<![%$\\w])" + Pattern.quote(name) + "(?![$\\w])");
            String renamed = Matcher.quoteReplacement(name + "$" + number);
            functions.replaceAll((key, value) -> word.matcher(value).replaceAll(renamed));
            variables.replaceAll((key, value) -> word.matcher(value).replaceAll(renamed));
        }
        return new Member(functions, variables, needs);
    }
}
