package dev.clipjet.convert;

/** What a model is written as. */
public enum TargetFormat {
    /** A directory as transformers writes it, of {@code CLIPModel} or the class of a single tower. */
    HF("hf"),
    /** A directory as open_clip writes it. */
    OPEN_CLIP("open-clip"),
    /** One file: a state dict with the names of OpenAI's models. */
    OPENAI("openai"),
    /** A directory with one ONNX file for each tower. */
    ONNX("onnx");

    private final String label;

    TargetFormat(String label) {
        this.label = label;
    }

    /** The name on the command line and in reports. */
    public String label() {
        return label;
    }
}
