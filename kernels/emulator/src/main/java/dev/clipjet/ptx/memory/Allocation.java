package dev.clipjet.ptx.memory;

import dev.clipjet.ptx.race.GlobalRaces;

/**
 * A block of global or constant memory. Addresses of two allocations are 4 GiB apart at least, so an access that leaves one
 * never meets another.
 */
public final class Allocation {
    /** Distance of the first byte from the start of the allocation's 4 GiB slot; makes it aligned to 256 bytes, no more. */
    static final long LEAD = 0x10_0100L;

    private final long address;
    private final byte[] bytes;
    private final ByteBits written;
    private final String name;
    private final boolean readOnly;
    private final GlobalRaces races;

    Allocation(int slot, byte[] bytes, String name, boolean readOnly) {
        this.address = ((long) slot << 32) + LEAD;
        this.bytes = bytes;
        this.written = new ByteBits(bytes.length);
        this.name = name;
        this.readOnly = readOnly;
        this.races = new GlobalRaces(bytes.length);
    }

    /** Address of the first byte. */
    public long address() {
        return address;
    }

    /** The bytes. */
    public byte[] bytes() {
        return bytes;
    }

    /** Which bytes somebody wrote. */
    public ByteBits written() {
        return written;
    }

    /** Who accessed what during the current launch. */
    public GlobalRaces races() {
        return races;
    }

    /** The variable's name, or what kind of allocation it is. */
    public String name() {
        return name;
    }

    /** Whether kernels may not write it. */
    public boolean readOnly() {
        return readOnly;
    }
}
