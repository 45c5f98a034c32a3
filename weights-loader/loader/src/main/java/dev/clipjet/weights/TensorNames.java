package dev.clipjet.weights;

/**
 * The canonical tensors of a model. D is the width of a tower, F that of its MLP, E that of the embedding, P the side of
 * a patch, g the patches per side, V the vocabulary and L the context length. Matrices are [out, in], row-major.
 */
public final class TensorNames {
    private static final Vision VISION = new Vision();
    private static final Text TEXT = new Text();

    private TensorNames() {}

    public static Vision vision() {
        return VISION;
    }

    public static Text text() {
        return TEXT;
    }

    private static CanonicalName name(String value) {
        return new CanonicalName(value);
    }

    /** Tensors of the image tower. */
    public static final class Vision {
        private Vision() {}

        /** [D, 3 P P]: the patch convolution; columns in the order channel, y, x. */
        public CanonicalName patchWeight() {
            return name("vision.patch.weight");
        }

        /** [D]. */
        public CanonicalName classEmbedding() {
            return name("vision.class_embedding");
        }

        /** [1 + g g, D]; row 0 belongs to the class token. */
        public CanonicalName positions() {
            return name("vision.positions");
        }

        /** [D]; only when there is a norm before the first block. */
        public CanonicalName lnPreWeight() {
            return name("vision.ln_pre.weight");
        }

        /** [D]; likewise. */
        public CanonicalName lnPreBias() {
            return name("vision.ln_pre.bias");
        }

        public Block block(int index) {
            return new Block("vision.blocks." + index + ".");
        }

        /** [D]. */
        public CanonicalName lnPostWeight() {
            return name("vision.ln_post.weight");
        }

        /** [D]. */
        public CanonicalName lnPostBias() {
            return name("vision.ln_post.bias");
        }

        /** [E, D]; only when the tower has a projection. */
        public CanonicalName projectionWeight() {
            return name("vision.projection.weight");
        }
    }

    /** Tensors of the text tower. */
    public static final class Text {
        private Text() {}

        /** [V, D]. */
        public CanonicalName tokens() {
            return name("text.tokens");
        }

        /** [L, D]. */
        public CanonicalName positions() {
            return name("text.positions");
        }

        public Block block(int index) {
            return new Block("text.blocks." + index + ".");
        }

        /** [D]. */
        public CanonicalName lnFinalWeight() {
            return name("text.ln_final.weight");
        }

        /** [D]. */
        public CanonicalName lnFinalBias() {
            return name("text.ln_final.bias");
        }

        /** [E, D]; only when the tower has a projection. */
        public CanonicalName projectionWeight() {
            return name("text.projection.weight");
        }

        /** [E]; only when the projection has a bias. */
        public CanonicalName projectionBias() {
            return name("text.projection.bias");
        }
    }

    /** Tensors of one transformer block. */
    public static final class Block {
        private final String prefix;

        private Block(String prefix) {
            this.prefix = prefix;
        }

        /** [D]: norm before the attention. */
        public CanonicalName ln1Weight() {
            return name(prefix + "ln_1.weight");
        }

        /** [D]. */
        public CanonicalName ln1Bias() {
            return name(prefix + "ln_1.bias");
        }

        /** [3 D, D]: rows of the queries, then of the keys, then of the values; heads are contiguous within each. */
        public CanonicalName qkvWeight() {
            return name(prefix + "attn.qkv.weight");
        }

        /** [3 D]. */
        public CanonicalName qkvBias() {
            return name(prefix + "attn.qkv.bias");
        }

        /** [D, D]. */
        public CanonicalName outWeight() {
            return name(prefix + "attn.out.weight");
        }

        /** [D]. */
        public CanonicalName outBias() {
            return name(prefix + "attn.out.bias");
        }

        /** [D]: norm before the MLP. */
        public CanonicalName ln2Weight() {
            return name(prefix + "ln_2.weight");
        }

        /** [D]. */
        public CanonicalName ln2Bias() {
            return name(prefix + "ln_2.bias");
        }

        /** [F, D]. */
        public CanonicalName fc1Weight() {
            return name(prefix + "mlp.fc1.weight");
        }

        /** [F]. */
        public CanonicalName fc1Bias() {
            return name(prefix + "mlp.fc1.bias");
        }

        /** [D, F]. */
        public CanonicalName fc2Weight() {
            return name(prefix + "mlp.fc2.weight");
        }

        /** [D]. */
        public CanonicalName fc2Bias() {
            return name(prefix + "mlp.fc2.bias");
        }

        /** [D]: factor of the attention branch; only with layer scale. */
        public CanonicalName attentionScale() {
            return name(prefix + "attn.scale");
        }

        /** [D]: factor of the MLP branch; only with layer scale. */
        public CanonicalName mlpScale() {
            return name(prefix + "mlp.scale");
        }
    }
}
