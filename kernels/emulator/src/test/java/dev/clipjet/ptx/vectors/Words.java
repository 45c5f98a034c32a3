package dev.clipjet.ptx.vectors;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The words that decoders may look for: all string constants of their compiled classes that could be modifiers. */
final class Words {
    private static final Pattern MODIFIER = Pattern.compile("[A-Za-z][A-Za-z0-9_]*(::[A-Za-z0-9_]+)*");

    private Words() {}

    static Set<String> ofPackage(Class<?> member) throws IOException {
        Set<String> words = new TreeSet<>();
        URI place =
                URI.create(member.getResource(member.getSimpleName() + ".class").toString());
        try (Stream<Path> files = Files.list(Path.of(place).getParent())) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                strings(Files.readAllBytes(file)).stream()
                        .filter(word -> MODIFIER.matcher(word).matches())
                        .forEach(words::add);
            }
        }
        return words;
    }

    /** String constants of a class file. */
    static List<String> strings(byte[] file) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
        in.skipBytes(8);
        int count = in.readUnsignedShort();
        Map<Integer, String> texts = new HashMap<>();
        Set<Integer> used = new TreeSet<>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts.put(i, in.readUTF());
                case 8 -> used.add(in.readUnsignedShort());
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipBytes(4);
                case 5, 6 -> {
                    in.skipBytes(8);
                    i++;
                }
                case 7, 16, 19, 20 -> in.skipBytes(2);
                case 15 -> in.skipBytes(3);
                default -> throw new IOException("constant of kind " + tag);
            }
        }
        return used.stream().map(texts::get).toList();
    }
}
