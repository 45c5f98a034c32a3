package dev.clipjet.ptx.assembler;

import java.util.List;

/**
 * An assembled module.
 *
 * @param cubin the machine code, an ELF file
 * @param kernels what each entry needs, in the order of the log
 * @param log what the assembler said
 */
@SuppressWarnings("ArrayRecordComponent")
public record Assembly(byte[] cubin, List<KernelResources> kernels, String log) {
    /** The resources of an entry. */
    public KernelResources kernel(String entry) {
        return kernels.stream()
                .filter(each -> each.entry().equals(entry))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no entry " + entry + " was assembled"));
    }
}
