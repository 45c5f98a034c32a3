package dev.clipjet.weights;

/** The vocabulary of OpenAI's models, which nearly all CLIP models share. */
final class OpenAiVocabulary {
    static final int SIZE = 49408;
    static final int END_TOKEN = 49407;
    static final int CONTEXT = 77;

    private OpenAiVocabulary() {}
}
