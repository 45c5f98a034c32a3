package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.Token.Kind;

/** Tokens with one of lookahead, and the usual complaints. */
final class TokenReader {
    private final String file;
    private final Lexer lexer;
    private Token ahead;

    TokenReader(String file, String text) {
        this.file = file;
        lexer = new Lexer(file, text);
    }

    String file() {
        return file;
    }

    int line() {
        return lexer.line();
    }

    Token peek() {
        if (ahead == null) {
            ahead = lexer.next();
        }
        return ahead;
    }

    Token next() {
        Token token = peek();
        ahead = null;
        return token;
    }

    /** With an opening brace ahead: skips to behind the closing one. */
    void skipBraces() {
        ahead = null;
        lexer.skipBraces();
    }

    boolean accept(String mark) {
        if (peek().is(mark)) {
            ahead = null;
            return true;
        }
        return false;
    }

    boolean acceptDotted(String name) {
        if (peek().isDotted(name)) {
            ahead = null;
            return true;
        }
        return false;
    }

    void expect(String mark) {
        Token token = next();
        if (!token.is(mark)) {
            throw error(token, "'" + mark + "' is expected, not");
        }
    }

    void expectDotted(String name) {
        Token token = next();
        if (!token.isDotted(name)) {
            throw error(token, "." + name + " is expected, not");
        }
    }

    String expectWord(String what) {
        Token token = next();
        if (token.kind() != Kind.WORD) {
            throw error(token, what + " is expected, not");
        }
        return token.text();
    }

    long expectInteger(String what) {
        Token token = next();
        if (token.kind() != Kind.INTEGER) {
            throw error(token, what + " is expected, not");
        }
        return token.value();
    }

    PtxSyntaxException error(Token at, String problem) {
        String text = at.kind() == Kind.DOTTED ? "." + at.text() : at.text();
        return new PtxSyntaxException(file, at.line(), problem, text);
    }
}
