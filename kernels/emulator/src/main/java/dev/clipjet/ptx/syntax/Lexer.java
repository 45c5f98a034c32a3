package dev.clipjet.ptx.syntax;

/**
 * Text to tokens, one at a time and in one pass: the lexer holds the current token until {@link #advance} replaces it. Comments
 * and line markers of the C preprocessor vanish.
 */
final class Lexer {
    private final String file;
    private final String text;
    private final NameTable names = new NameTable();
    private final NumberReader numbers;
    private int at;
    private int line = 1;

    private TokenKind kind;
    private String word;
    private int mark;
    private int start;
    private int tokenLine = 1;
    private boolean glued;

    Lexer(String file, String text) {
        this.file = file;
        this.text = text;
        numbers = new NumberReader(file, text);
    }

    TokenKind kind() {
        return kind;
    }

    /** Of a word, a dotted word (without the dot) or a string (without the quotes): its text. */
    String word() {
        return word;
    }

    /** Of an integer its value, of the other numbers their bits. */
    long value() {
        return numbers.value();
    }

    /** Of an integer: whether it is unsigned, by its suffix or its size. */
    boolean unsigned() {
        return numbers.unsigned();
    }

    /** Of a mark: its character, or its two characters as {@code first << 8 | second}; 0 for other tokens. */
    int mark() {
        return mark;
    }

    /** Line of the current token, counted from 1. */
    int tokenLine() {
        return tokenLine;
    }

    /** Whether the current token follows the one before it without space. */
    boolean glued() {
        return glued;
    }

    /** The current token as written. */
    String written() {
        return kind == TokenKind.END ? "the end of the text" : text.substring(start, at);
    }

    /** The line of the text that the current token is on, or what of it surrounds the token if it is long. */
    String lineText() {
        int from = start;
        while (from > 0 && start - from < 100 && text.charAt(from - 1) != '\n') {
            from--;
        }
        int to = start;
        while (to < text.length() && to - start < 100 && text.charAt(to) != '\n') {
            to++;
        }
        return text.substring(from, to);
    }

    /** The characters from the start of the token before to the end of the current one, which is {@link #glued} to it. */
    String joined(int startOfFirst) {
        return names.get(text, startOfFirst, at);
    }

    /** Index of the current token's first character. */
    int start() {
        return start;
    }

    /** Goes to the next token. */
    void advance() {
        int end = at;
        skipBlank();
        glued = at == end && end > 0;
        start = at;
        tokenLine = line;
        mark = 0;
        if (at >= text.length()) {
            kind = TokenKind.END;
            return;
        }
        char c = text.charAt(at);
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (isDigit(c) || c == '.' && isDigit(next) && !(glued && isWordPart(text.charAt(end - 1)))) {
            kind = numbers.read(at, line);
            at = numbers.end();
        } else if (c == '.' && isWordPart(next)) {
            kind = TokenKind.DOTTED;
            at++;
            skipDotted();
            word = names.get(text, start + 1, at);
        } else if (isLetter(c) || (c == '_' || c == '$' || c == '%') && isWordPart(next)) {
            kind = TokenKind.WORD;
            at++;
            skipWord();
            word = names.get(text, start, at);
        } else if (c == '"') {
            string();
        } else {
            mark(c, next);
        }
    }

    /**
     * With the opening brace of a section as the current token: goes to the token behind the closing one. Sections hold debugging
     * data, in which braces do not nest.
     */
    void skipSection() {
        int opened = tokenLine;
        while (true) {
            skipBlank();
            if (at >= text.length()) {
                throw new PtxSyntaxException(file, opened, "the section that opens here is never closed", lineText());
            }
            char c = text.charAt(at++);
            if (c == '}') {
                advance();
                return;
            }
            if (c == '{' || c == '"' || c >= 0x80) {
                throw new PtxSyntaxException(file, line, "unexpected " + name(c) + " in a section", "");
            }
        }
    }

    private void skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                line++;
                at++;
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
                at++;
            } else if (c == '/' && text.startsWith("//", at)) {
                skipLine();
            } else if (c == '/' && text.startsWith("/*", at)) {
                skipComment();
            } else if (c == '#') {
                skipLineMarker();
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        while (at < text.length() && text.charAt(at) != '\n') {
            ascii(text.charAt(at++));
        }
    }

    private void skipComment() {
        int opened = line;
        for (at += 2; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '*' && text.startsWith("*/", at)) {
                at += 2;
                return;
            }
            if (c == '\n') {
                line++;
            }
            ascii(c);
        }
        throw new PtxSyntaxException(file, opened, "the comment that opens here is never closed", "");
    }

    /** {@code # 12 "file"}, which a preprocessor leaves behind. */
    private void skipLineMarker() {
        int first = at + 1;
        while (first < text.length() && text.charAt(first) == ' ') {
            first++;
        }
        if (first >= text.length() || !isDigit(text.charAt(first))) {
            start = at;
            throw new PtxSyntaxException(file, line, "directives of a preprocessor are not expanded", lineText());
        }
        skipLine();
    }

    private void skipDotted() {
        while (true) {
            skipWord();
            if (!text.startsWith("::", at)) {
                return;
            }
            at += 2;
        }
    }

    private void skipWord() {
        while (at < text.length() && isWordPart(text.charAt(at))) {
            at++;
        }
    }

    private void string() {
        kind = TokenKind.STRING;
        int first = ++at;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
            ascii(text.charAt(at++));
        }
        if (at >= text.length() || text.charAt(at) != '"') {
            throw new PtxSyntaxException(file, line, "the string is not closed on its line", lineText());
        }
        word = names.get(text, first, at++);
    }

    private void mark(char c, char next) {
        kind = TokenKind.MARK;
        boolean two = next == '=' ? "<>=!".indexOf(c) >= 0 : c == next && "<>&|".indexOf(c) >= 0;
        if (!two && "{}()[]<>;,:+-*/%!~&|^?=@_".indexOf(c) < 0) {
            throw new PtxSyntaxException(file, line, "unexpected " + name(c), c < 0x80 ? lineText() : "");
        }
        mark = two ? c << 8 | next : c;
        at += two ? 2 : 1;
    }

    private void ascii(char c) {
        if (c >= 0x80) {
            throw new PtxSyntaxException(file, line, "unexpected " + name(c), "");
        }
    }

    private static String name(char c) {
        return c > ' ' && c < 0x7f ? "'" + c + "'" : String.format("character U+%04X", (int) c);
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isWordPart(char c) {
        return isLetter(c) || isDigit(c) || c == '_' || c == '$';
    }
}
