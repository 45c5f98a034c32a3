package dev.clipjet.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.numeric.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PooledTokenTest {
    private static final TransformerSpec BLOCKS = new TransformerSpec(8, 1, 1, 32, Activation.GELU, 1e-5);
    private static final int[] IDS = {1, 5, 2, 9, 2, 9};

    private static TextTransformer text(TextPooling pooling, boolean causal) {
        return new TextTransformer(10, IDS.length, BLOCKS, causal, pooling, 2, 4, false);
    }

    @ParameterizedTest
    @CsvSource({"HIGHEST_ID,3", "END_TOKEN,2", "FIRST,0", "LAST,5"})
    void a_causal_tower_needs_no_more_than_the_tokens_up_to_the_pooled_one(TextPooling pooling, int position) {
        TextTransformer causal = text(pooling, true);
        assertThat(PooledToken.cut(causal, IDS)).hasSize(position + 1).startsWith(1);
        assertThat(PooledToken.position(causal, PooledToken.cut(causal, IDS))).isEqualTo(position);
        TextTransformer open = text(pooling, false);
        assertThat(PooledToken.cut(open, IDS)).isEqualTo(IDS);
        assertThat(PooledToken.position(open, IDS)).isEqualTo(position);
    }

    @Test
    void where_padding_is_seen_it_must_be_given() {
        int[] unpadded = {1, 5, 2};
        for (TextTransformer text :
                new TextTransformer[] {text(TextPooling.HIGHEST_ID, false), text(TextPooling.LAST, true)}) {
            assertThatThrownBy(() -> PooledToken.cut(text, unpadded))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("needs all 6");
        }
        assertThat(PooledToken.cut(text(TextPooling.HIGHEST_ID, true), unpadded))
                .containsExactly(1, 5);
    }

    @Test
    void a_missing_end_token_is_an_error() {
        assertThatThrownBy(() -> PooledToken.cut(text(TextPooling.END_TOKEN, true), new int[] {1, 5}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("end token 2");
    }
}
