package dev.clipjet.ptx.syntax;

/**
 * The words of a text, each kept once, so that a tree takes little more memory than the distinct names of its text. Looking up
 * costs a bounded number of comparisons whatever the words are; in the worst case a word is kept more than once.
 */
final class NameTable {
    private static final int MAX_PROBES = 16;

    private String[] names = new String[1024];
    private int count;

    /** The characters of a text from one index to another as a string. */
    String get(String text, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        int length = to - from;
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            int slot = slot(hash, probe, names.length);
            String known = names[slot];
            if (known == null) {
                String name = text.substring(from, to);
                names[slot] = name;
                if (++count > names.length / 2) {
                    grow();
                }
                return name;
            }
            if (known.length() == length && text.startsWith(known, from)) {
                return known;
            }
        }
        return text.substring(from, to);
    }

    private static int slot(int hash, int probe, int size) {
        return (hash * 0x9E3779B9 >>> 8) + probe & size - 1;
    }

    private void grow() {
        String[] larger = new String[names.length * 2];
        count = 0;
        for (String name : names) {
            for (int probe = 0; name != null && probe < MAX_PROBES; probe++) {
                int slot = slot(name.hashCode(), probe, larger.length);
                if (larger[slot] == null) {
                    larger[slot] = name;
                    count++;
                    break;
                }
            }
        }
        names = larger;
    }
}
