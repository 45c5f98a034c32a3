package dev.clipjet.convert;

import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.OpenAiNames;
import dev.clipjet.weights.TensorRule;
import dev.clipjet.weights.synth.SynthArchitecture;
import dev.clipjet.weights.synth.SynthFormula;
import dev.clipjet.weights.synth.SynthTensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A published architecture with synthetic weights, in canonical form. */
final class SynthSource {
    private final SynthArchitecture architecture;
    private final String prefix;
    private final ElementType dtype;
    private final Map<String, SynthTensor> stored;

    SynthSource(SynthArchitecture architecture, String prefix, ElementType dtype) {
        this.architecture = architecture;
        this.prefix = prefix;
        this.dtype = dtype;
        stored =
                SynthTensor.of(architecture).stream().collect(Collectors.toMap(SynthTensor::name, Function.identity()));
    }

    ModelSpec spec() {
        Size size = Size.square(architecture.vision().imageSize());
        PreprocessSpec preprocess = new PreprocessSpec(
                PreprocessProfile.OPENAI_PIL,
                "as OpenAI's code does",
                Optional.of(new Resize(ResizeMode.SHORTEST, size)),
                Resampling.BICUBIC,
                Optional.of(size),
                1 / 255.0,
                PreprocessSpec.OPENAI_MEAN,
                PreprocessSpec.OPENAI_STD,
                0,
                PassOrder.HORIZONTAL_FIRST);
        TokenizerSpec tokenizer = new TokenizerSpec(
                TokenizerProfile.OPENAI, "OpenAI's vocabulary", Optional.empty(), SynthArchitecture.CONTEXT);
        return new ModelSpec(
                "synthetic " + architecture.label(),
                Optional.of(architecture.vision()),
                Optional.of(architecture.text()),
                ModelSpec.Scoring.SOFTMAX,
                Optional.of(preprocess),
                Optional.of(tokenizer),
                List.of());
    }

    float logitScale() {
        return stored.get(ModelSource.LOGIT_SCALE).offset();
    }

    /** The formula numbers elements as open_clip stores them, so its rules say where each of them goes. */
    Map<CanonicalName, TensorContent> tensors() {
        Map<CanonicalName, TensorContent> tensors = new LinkedHashMap<>();
        Stream.concat(
                        OpenAiNames.CLIP.vision(architecture.vision()).stream(),
                        OpenAiNames.CLIP.text(architecture.text()).stream())
                .forEach(rule -> tensors.put(rule.name(), new Content(rule)));
        return tensors;
    }

    private final class Content implements TensorContent {
        private final TensorRule rule;
        private final List<SynthTensor> parts;
        private final long[] hashes;

        Content(TensorRule rule) {
            this.rule = rule;
            parts = rule.stored().stream().map(stored::get).toList();
            hashes = parts.stream()
                    .mapToLong(part -> SynthFormula.hash(prefix + part.name()))
                    .toArray();
        }

        @Override
        public ElementType dtype() {
            return dtype;
        }

        @Override
        public long elements() {
            return rule.shape().stream().reduce(1L, Math::multiplyExact);
        }

        @Override
        public long rows() {
            return rule.shape().get(0);
        }

        @Override
        public List<String> origins() {
            return rule.stored();
        }

        @Override
        public void read(long first, int count, ByteBuffer target) {
            boolean transposed = rule.layout() == TensorRule.Layout.TRANSPOSED;
            long rows = rule.shape().get(0);
            long columns = rule.shape().stream().skip(1).reduce(1L, Math::multiplyExact);
            long partElements = elements() / parts.size();
            for (long i = first; i < first + count; i++) {
                int part = (int) (i / partElements);
                long index = transposed ? i % columns * rows + i / columns : i % partElements;
                SynthTensor tensor = parts.get(part);
                float value = SynthFormula.unit(hashes[part], index) * tensor.scale() + tensor.offset();
                switch (dtype) {
                    case F32 -> target.putFloat(value);
                    case F16 -> target.putShort(FloatConversion.toHalf(value));
                    default -> target.putShort(FloatConversion.toBfloat16(value));
                }
            }
        }
    }
}
