package dev.clipjet.ptx.race;

/** Is also told where a proxy fence is missing. */
public interface ProxyListener extends RaceListener {
    /** The asynchronous proxy accesses what a thread wrote through the generic one without a proxy fence in between. */
    void unfenced(long offset, int lane, boolean write, int otherThread, int otherAccess);
}
