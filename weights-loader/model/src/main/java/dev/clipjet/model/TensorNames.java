package dev.clipjet.model;

/**
 * The canonical tensors of a model. D is the width of a tower, F that of its MLP, E that of the embedding, P the side of
 * a patch, g the patches per side, V the vocabulary and L the context length. Matrices are [out, in], row-major. Of a ResNet, w is the
 * width and g the positions of its last stage per side; convolutions are [out, in kh kw], columns in the order channel, y,
 * x, and batch norms are not folded into them.
 */
public final class TensorNames {
    private static final Vision VISION = new Vision();
    private static final ResNet RES_NET = new ResNet();
    private static final Text TEXT = new Text();

    private TensorNames() {}

    public static Vision vision() {
        return VISION;
    }

    public static ResNet resNet() {
        return RES_NET;
    }

    public static Text text() {
        return TEXT;
    }

    private static CanonicalName name(String value) {
        return new CanonicalName(value);
    }

    /** Tensors of an image tower that is a {@link VisionTransformer}. */
    public static final class Vision {
        private Vision() {}

        /** [D, 3 P P]: the patch convolution; columns in the order channel, y, x. */
        public CanonicalName patchWeight() {
            return name("vision.patch.weight");
        }

        /** [D]; only when there is a class token. */
        public CanonicalName classEmbedding() {
            return name("vision.class_embedding");
        }

        /** [1 + g g, D]; row 0 belongs to the class token. [g g, D] when there is none. */
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

    /** Tensors of an image tower that is a {@link ModifiedResNet}. */
    public static final class ResNet {
        private ResNet() {}

        /**
         * A convolution of the stem, 3x3.
         *
         * @param index from 0 on
         */
        public Convolution stem(int index) {
            return new Convolution("vision.stem." + (index + 1) + ".");
        }

        /**
         * A bottleneck.
         *
         * @param stage from 0 on
         * @param index within the stage, from 0 on
         */
        public Bottleneck bottleneck(int stage, int index) {
            return new Bottleneck("vision.layers." + (stage + 1) + "." + index + ".");
        }

        /** [1 + g g, 32 w]; row 0 belongs to the mean of all positions. */
        public CanonicalName poolPositions() {
            return name("vision.pool.positions");
        }

        /** [3 * 32 w, 32 w]: rows of the queries, then of the keys, then of the values; heads are contiguous within each. */
        public CanonicalName poolQkvWeight() {
            return name("vision.pool.qkv.weight");
        }

        /** [3 * 32 w]. */
        public CanonicalName poolQkvBias() {
            return name("vision.pool.qkv.bias");
        }

        /** [E, 32 w]. */
        public CanonicalName poolOutWeight() {
            return name("vision.pool.out.weight");
        }

        /** [E]. */
        public CanonicalName poolOutBias() {
            return name("vision.pool.out.bias");
        }
    }

    /** Tensors of a bottleneck of a ResNet. */
    public static final class Bottleneck {
        private final String prefix;

        private Bottleneck(String prefix) {
            this.prefix = prefix;
        }

        /**
         * One of the three convolutions: 1x1, 3x3, 1x1.
         *
         * @param index from 0 on
         */
        public Convolution convolution(int index) {
            return new Convolution(prefix + (index + 1) + ".");
        }

        /** The convolution of the shortcut, 1x1; only where the shortcut is not the input itself. */
        public Convolution shortcut() {
            return new Convolution(prefix + "shortcut.");
        }
    }

    /** A convolution without bias, and the batch norm behind it. O are its outputs. */
    public static final class Convolution {
        private final String prefix;

        private Convolution(String prefix) {
            this.prefix = prefix;
        }

        /** [O, in kh kw]; columns in the order channel, y, x. */
        public CanonicalName weight() {
            return name(prefix + "conv.weight");
        }

        /** [O]: factor of the normalized values. */
        public CanonicalName normWeight() {
            return name(prefix + "bn.weight");
        }

        /** [O]: what is added to them. */
        public CanonicalName normBias() {
            return name(prefix + "bn.bias");
        }

        /** [O]: what training saw as the mean. */
        public CanonicalName normMean() {
            return name(prefix + "bn.mean");
        }

        /** [O]: what training saw as the variance. */
        public CanonicalName normVariance() {
            return name(prefix + "bn.variance");
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
