package dev.clipjet.ptx.syntax;

/** The current token, and the usual questions, steps and complaints. */
final class TokenReader {
    private final String file;
    private final Lexer lexer;

    TokenReader(String file, String text) {
        this.file = file;
        lexer = new Lexer(file, text);
        lexer.advance();
    }

    String file() {
        return file;
    }

    TokenKind kind() {
        return lexer.kind();
    }

    /** Line of the current token, counted from 1. */
    int line() {
        return lexer.tokenLine();
    }

    String word() {
        return lexer.word();
    }

    long value() {
        return lexer.value();
    }

    boolean unsigned() {
        return lexer.unsigned();
    }

    int mark() {
        return lexer.mark();
    }

    /** The current token as written. */
    String written() {
        return lexer.written();
    }

    void advance() {
        lexer.advance();
    }

    void skipSection() {
        if (!isMark('{')) {
            throw unexpected("'{'");
        }
        lexer.skipSection();
    }

    boolean isMark(int mark) {
        return lexer.mark() == mark;
    }

    boolean isDotted(String name) {
        return lexer.kind() == TokenKind.DOTTED && lexer.word().equals(name);
    }

    boolean accept(int mark) {
        if (lexer.mark() == mark) {
            lexer.advance();
            return true;
        }
        return false;
    }

    boolean acceptDotted(String name) {
        if (isDotted(name)) {
            lexer.advance();
            return true;
        }
        return false;
    }

    void expect(char mark) {
        if (!accept(mark)) {
            throw unexpected("'" + mark + "'");
        }
    }

    void expectDotted(String name) {
        if (!acceptDotted(name)) {
            throw unexpected("." + name);
        }
    }

    String expectWord(String what) {
        return expect(TokenKind.WORD, what);
    }

    String expectString(String what) {
        return expect(TokenKind.STRING, what);
    }

    private String expect(TokenKind kind, String what) {
        if (lexer.kind() != kind) {
            throw unexpected(what);
        }
        String text = lexer.word();
        lexer.advance();
        return text;
    }

    /** A word and what is glued to it by dots: {@code %tid.x}. */
    String expectDottedName(String what) {
        int start = lexer.start();
        String name = expectWord(what);
        while (lexer.kind() == TokenKind.DOTTED && lexer.glued()) {
            name = lexer.joined(start);
            lexer.advance();
        }
        return name;
    }

    /** An integer literal within bounds. */
    int expectInteger(String what, int least, int most) {
        if (lexer.kind() != TokenKind.INTEGER) {
            throw unexpected(what);
        }
        long value = lexer.value();
        if (value < least || value > most) {
            throw error(what + " must be from " + least + " to " + most + ", not " + Long.toUnsignedString(value));
        }
        lexer.advance();
        return (int) value;
    }

    /** An error at the current token, which is not what the language wants here. */
    PtxSyntaxException unexpected(String wanted) {
        String found = lexer.written();
        if (found.length() > 40) {
            found = found.substring(0, 37) + "...";
        }
        return error(wanted + " is expected, not " + (kind() == TokenKind.END ? found : "'" + found + "'"));
    }

    /** An error at the current token. */
    PtxSyntaxException error(String problem) {
        return new PtxSyntaxException(file, lexer.tokenLine(), problem, lexer.lineText());
    }

    /** An error at an earlier place. */
    PtxSyntaxException error(int line, String problem, String text) {
        return new PtxSyntaxException(file, line, problem, text);
    }
}
