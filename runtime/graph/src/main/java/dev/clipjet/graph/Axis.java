package dev.clipjet.graph;

/**
 * What the rows of a value stand for, and how many an item (an image or a text) has. The rows of all items lie one after the other.
 */
public sealed interface Axis {
    /** One row for each item. */
    Axis ITEMS = new Fixed("items", 1);

    /** Tokens of texts. */
    Axis PACKED_TOKENS = new Packed("tokens");

    /** For reports. */
    String name();

    /**
     * Rows in a run.
     *
     * @param items images or texts of the run
     * @param packed rows of all items together along the packed axis
     */
    int rows(int items, int packed);

    /** Whether each item brings a number of rows of its own. */
    boolean isPacked();

    /**
     * Rows of every item.
     *
     * @throws IllegalStateException if the axis is packed
     */
    int perItem();

    /** The same number of rows for every item. */
    record Fixed(String name, int perItem) implements Axis {
        @Override
        public int rows(int items, int packed) {
            return Math.multiplyExact(items, perItem);
        }

        @Override
        public boolean isPacked() {
            return false;
        }
    }

    /** Pixels of a feature map, row by row; the columns are its channels (NHWC). */
    record FeatureMap(int height, int width) implements Axis {
        @Override
        public String name() {
            return height + "x" + width + " pixels";
        }

        @Override
        public int rows(int items, int packed) {
            return Math.multiplyExact(items, perItem());
        }

        @Override
        public boolean isPacked() {
            return false;
        }

        @Override
        public int perItem() {
            return Math.multiplyExact(height, width);
        }
    }

    /** As many rows as each item has. */
    record Packed(String name) implements Axis {
        @Override
        public int rows(int items, int packed) {
            return packed;
        }

        @Override
        public boolean isPacked() {
            return true;
        }

        @Override
        public int perItem() {
            throw new IllegalStateException("items have numbers of " + name + " of their own");
        }
    }
}
