package dev.clipjet.ptx.report;

/** Kinds of errors that the emulator reports. */
public enum FindingKind {
    /** An access outside every allocation, or partly outside one. */
    OUT_OF_BOUNDS(true),
    /** An access to memory that has been freed. */
    FREED_MEMORY(true),
    /** An address that is no multiple of the access size. */
    MISALIGNED(true),
    /** An address of one state space used in another. */
    WRONG_SPACE(true),
    /** A store to constant or parameter memory. */
    READ_ONLY(true),
    /** A value nobody wrote was used: as an address, a predicate, in a store to global memory, by a tensor core. */
    UNDEFINED_VALUE(false),
    /** Two accesses to a byte, one of them a write, that no synchronization orders. */
    RACE(false),
    /** Two lanes of one instruction wrote different values to a byte. */
    CONFLICTING_LANES(false),
    /** Memory was accessed while an asynchronous copy to it was pending. */
    PENDING_COPY(false),
    /** The source of an asynchronous operation was overwritten before it was done. */
    PENDING_SOURCE(false),
    /** An asynchronous operation nobody waited for when the kernel ended. */
    NEVER_WAITED(false),
    /** A barrier used against its rules. */
    BARRIER(false),
    /** An mbarrier used against its rules. */
    MBARRIER(false),
    /** An instruction that a whole warp must execute together was reached by part of it. */
    DIVERGENCE(true),
    /** A value was read from a lane that takes no part. */
    INACTIVE_LANE(false),
    /** Data crossed between the generic and the asynchronous proxy without a fence. */
    PROXY_FENCE(false),
    /** An asynchronous matrix operation used against its rules. */
    WGMMA(false),
    /** Read-only loads from memory that the kernel writes. */
    NON_COHERENT_READ(false),
    /** An operation whose result PTX leaves open, such as a division by zero. */
    UNSPECIFIED_RESULT(false),
    /** No thread can make progress. */
    DEADLOCK(true),
    /** The kernel ran longer than allowed. */
    INSTRUCTION_LIMIT(true),
    /** {@code trap} was executed, or an assertion failed. */
    TRAP(true);

    private final boolean fatal;

    FindingKind(boolean fatal) {
        this.fatal = fatal;
    }

    /** Whether the launch ends there; after other kinds it goes on. */
    public boolean fatal() {
        return fatal;
    }
}
