package dev.clipjet.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Memory that a file is mapped to, with a way to unmap it that depends on the version of Java. */
interface Mapping {
    /** All of the memory, read-only. */
    ByteBuffer buffer();

    /** Unmaps the memory; called once. */
    void unmap();

    /** Maps a range, in the best way that this version of Java has. */
    static Mapping of(FileChannel channel, long position, int length) throws IOException {
        return ArenaMapping.isAvailable()
                ? ArenaMapping.map(channel, position, length)
                : CleanerMapping.map(channel, position, length);
    }
}
