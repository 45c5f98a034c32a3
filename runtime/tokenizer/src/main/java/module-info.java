/** Texts to CLIP token ids, id for id as the original tokenizers give them. */
module dev.clipjet.tokenizer {
    requires transitive dev.clipjet.model;
    requires dev.clipjet.json;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;

    exports dev.clipjet.tokenizer;
}
