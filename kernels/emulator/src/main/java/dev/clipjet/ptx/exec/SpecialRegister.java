package dev.clipjet.ptx.exec;

/** Special registers whose value never changes while a warp runs. */
public enum SpecialRegister {
    /** Thread in its block. */
    TID_X("%tid.x"),
    /** Thread in its block. */
    TID_Y("%tid.y"),
    /** Thread in its block. */
    TID_Z("%tid.z"),
    /** Threads of a block. */
    NTID_X("%ntid.x"),
    /** Threads of a block. */
    NTID_Y("%ntid.y"),
    /** Threads of a block. */
    NTID_Z("%ntid.z"),
    /** Block in the grid. */
    CTAID_X("%ctaid.x"),
    /** Block in the grid. */
    CTAID_Y("%ctaid.y"),
    /** Block in the grid. */
    CTAID_Z("%ctaid.z"),
    /** Blocks of the grid. */
    NCTAID_X("%nctaid.x"),
    /** Blocks of the grid. */
    NCTAID_Y("%nctaid.y"),
    /** Blocks of the grid. */
    NCTAID_Z("%nctaid.z"),
    /** Lane in the warp. */
    LANEID("%laneid"),
    /** Warp in the block. */
    WARPID("%warpid"),
    /** Warps that fit the SM. */
    NWARPID("%nwarpid"),
    /** The SM. */
    SMID("%smid"),
    /** Number of SMs. */
    NSMID("%nsmid"),
    /** The grid's number. */
    GRIDID("%gridid"),
    /** Lanes below. */
    LANEMASK_LT("%lanemask_lt"),
    /** Lanes up to this. */
    LANEMASK_LE("%lanemask_le"),
    /** This lane. */
    LANEMASK_EQ("%lanemask_eq"),
    /** Lanes from this on. */
    LANEMASK_GE("%lanemask_ge"),
    /** Lanes above. */
    LANEMASK_GT("%lanemask_gt"),
    /** Cluster in the grid. */
    CLUSTERID_X("%clusterid.x"),
    /** Cluster in the grid. */
    CLUSTERID_Y("%clusterid.y"),
    /** Cluster in the grid. */
    CLUSTERID_Z("%clusterid.z"),
    /** Clusters of the grid. */
    NCLUSTERID_X("%nclusterid.x"),
    /** Clusters of the grid. */
    NCLUSTERID_Y("%nclusterid.y"),
    /** Clusters of the grid. */
    NCLUSTERID_Z("%nclusterid.z"),
    /** Block in its cluster. */
    CLUSTER_CTAID_X("%cluster_ctaid.x"),
    /** Block in its cluster. */
    CLUSTER_CTAID_Y("%cluster_ctaid.y"),
    /** Block in its cluster. */
    CLUSTER_CTAID_Z("%cluster_ctaid.z"),
    /** Blocks of a cluster. */
    CLUSTER_NCTAID_X("%cluster_nctaid.x"),
    /** Blocks of a cluster. */
    CLUSTER_NCTAID_Y("%cluster_nctaid.y"),
    /** Blocks of a cluster. */
    CLUSTER_NCTAID_Z("%cluster_nctaid.z"),
    /** Linear index of the block in its cluster. */
    CLUSTER_CTARANK("%cluster_ctarank"),
    /** Number of blocks in a cluster. */
    CLUSTER_NCTARANK("%cluster_nctarank"),
    /** Dynamic shared memory in bytes. */
    DYNAMIC_SMEM_SIZE("%dynamic_smem_size"),
    /** All shared memory in bytes. */
    TOTAL_SMEM_SIZE("%total_smem_size"),
    /** Where memory begins that the system keeps for itself; behind that of the block, and out of bounds. */
    RESERVED_SMEM_BEGIN("%reserved_smem_offset_begin"),
    /** Where it ends. */
    RESERVED_SMEM_END("%reserved_smem_offset_end"),
    /** Bytes of it. */
    RESERVED_SMEM_CAP("%reserved_smem_offset_cap"),
    /** The first part of it. */
    RESERVED_SMEM_0("%reserved_smem_offset_0"),
    /** The second part of it. */
    RESERVED_SMEM_1("%reserved_smem_offset_1"),
    /** Upper half of the address of a cooperative grid's workspace, which the driver provides. */
    ENVREG1("%envreg1"),
    /** Lower half. */
    ENVREG2("%envreg2");

    private final String text;

    SpecialRegister(String text) {
        this.text = text;
    }

    /** The name in PTX. */
    public String text() {
        return text;
    }

    /** The special register of a name, or null. */
    public static SpecialRegister of(String name) {
        for (SpecialRegister register : values()) {
            if (register.text.equals(name)) {
                return register;
            }
        }
        return null;
    }
}
