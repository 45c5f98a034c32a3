package dev.clipjet.ptx.exec;

/** Something asynchronous that an mbarrier waits for. */
interface Transfer {
    /** It happens now: data move, and the barrier is told. */
    void land();

    /** For a report that nobody waited for it. */
    void reportNeverWaited();
}
