package dev.clipjet.tokenizer.clean;

import dev.clipjet.tokenizer.ftfy.TextFixer;
import dev.clipjet.tokenizer.unicode.LowerCase;
import dev.clipjet.tokenizer.unicode.Nfc;
import dev.clipjet.tokenizer.unicode.WhiteSpace;

/** What an original does to a text, or to the part of it between added tokens, before the split into words. */
@FunctionalInterface
public interface TextCleaner {
    /** openai/CLIP: {@code whitespace_clean(basic_clean(text)).lower()}. */
    TextCleaner OPENAI = text -> openAi(TextFixer.fix(text));

    /** The same with ftfy left out. */
    TextCleaner OPENAI_NOFTFY = TextCleaner::openAi;

    /** open_clip's default, {@code _clean_lower}. */
    TextCleaner OPEN_CLIP = text -> LowerCase.python(
            WhiteSpace.splitAndJoin(HtmlEntities.unescape(HtmlEntities.unescape(TextFixer.fix(text)))));

    /** The Python CLIPTokenizer of transformers 4 where ftfy is installed. */
    TextCleaner HF_SLOW_FTFY = text -> LowerCase.python(WhiteSpace.strip(WhiteSpace.collapse(TextFixer.fix(text))));

    /** The Python CLIPTokenizer of transformers 4 without ftfy. */
    TextCleaner HF_SLOW_NOFTFY = text -> LowerCase.python(BertCleaner.clean(text));

    /** tokenizers 0.23.3 with the normalizer of CLIPTokenizer of transformers 5. */
    TextCleaner HF_V5 = text -> LowerCase.perCharacter17(WhiteSpace.collapse(Nfc.tokenizers(text)));

    /** The cleaned text. */
    String clean(String text);

    private static String openAi(String text) {
        String unescaped = HtmlEntities.unescape(HtmlEntities.unescape(text));
        return LowerCase.python(WhiteSpace.strip(WhiteSpace.collapse(WhiteSpace.strip(unescaped))));
    }
}
