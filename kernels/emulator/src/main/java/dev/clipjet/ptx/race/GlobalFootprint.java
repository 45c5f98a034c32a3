package dev.clipjet.ptx.race;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** What one launch did to an allocation. */
public final class GlobalFootprint {
    private final GlobalPage[] pages;
    private final AtomicReferenceArray<ReadPage> reads;

    /** Records by page, null where there is none; of pages only read, or null altogether if these were not kept. */
    GlobalFootprint(GlobalPage[] pages, AtomicReferenceArray<ReadPage> reads) {
        this.pages = pages;
        this.reads = reads;
    }

    /** The record of a page, or null. */
    GlobalPage page(int index) {
        return pages[index];
    }

    /** The reads of a page before it had a record, or null. */
    ReadPage reads(int index) {
        return reads == null ? null : reads.get(index);
    }
}
