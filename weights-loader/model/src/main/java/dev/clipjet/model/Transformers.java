package dev.clipjet.model;

import dev.clipjet.error.InvalidInputException;

/** Towers for those who know transformers only. */
public final class Transformers {
    private Transformers() {}

    /**
     * The image tower if it is a ViT.
     *
     * @param user what knows no other towers, for the error
     * @throws InvalidInputException if it is another architecture
     */
    public static VisionTransformer image(ImageTower tower, String user) {
        return tower.accept(new ImageTower.Visitor<>() {
            @Override
            public VisionTransformer visit(VisionTransformer transformer) {
                return transformer;
            }

            @Override
            public VisionTransformer visit(ModifiedResNet resNet) {
                throw new InvalidInputException("ResNet image towers are not supported by " + user);
            }
        });
    }

    /** The text tower, of which there is one architecture. */
    public static TextTransformer text(TextTower tower) {
        return tower.accept(transformer -> transformer);
    }
}
