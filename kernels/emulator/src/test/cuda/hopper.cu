// Instructions of sm_90a as inline assembly: mbarrier, bulk copies, wgmma, clusters. A test of syntax: nothing here is meant to run.
#include <cstdint>

__device__ __forceinline__ uint32_t window(const void *p) {
    return (uint32_t) __cvta_generic_to_shared(p);
}

__device__ __forceinline__ void wait(uint32_t barrier, int parity) {
    asm volatile("{\n"
                 "  .reg .pred complete;\n"
                 "LOOP:\n"
                 "  mbarrier.try_wait.parity.shared::cta.b64 complete, [%0], %1;\n"
                 "  @complete bra.uni DONE;\n"
                 "  bra.uni LOOP;\n"
                 "DONE:\n"
                 "}" ::"r"(barrier),
                 "r"(parity)
                 : "memory");
}

extern "C" __global__ void __cluster_dims__(2, 1, 1) __launch_bounds__(128, 1)
        tile(const void *a, const void *b, float *c, const __grid_constant__ uint64_t descriptor) {
    __shared__ __align__(1024) uint8_t memory[2][16384];
    __shared__ uint64_t full[2];
    uint32_t barrier = window(full);
    if (threadIdx.x == 0) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], %1; mbarrier.init.shared::cta.b64 [%0+8], %1;" ::"r"(barrier), "r"(1));
        asm volatile("fence.mbarrier_init.release.cluster; fence.proxy.async.shared::cta;" ::: "memory");
        asm volatile("{.reg .b64 state; mbarrier.arrive.expect_tx.shared::cta.b64 state, [%0], %1;}" ::"r"(barrier), "r"(16384));
        asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(window(memory)),
                     "l"(a), "r"(16384), "r"(barrier)
                     : "memory");
        asm volatile("{.reg .b64 policy; createpolicy.fractional.L2::evict_last.b64 policy, 1.0;\n"
                     "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint "
                     "[%0], [%1], %2, [%3], policy;}" ::"r"(window(memory[1])),
                     "l"(b), "r"(16384), "r"(barrier)
                     : "memory");
        asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(
                             window(memory)),
                     "l"(&descriptor), "r"(0), "r"(64), "r"(barrier)
                     : "memory");
    }
    asm volatile("barrier.cluster.arrive.release.aligned; barrier.cluster.wait.acquire.aligned;" ::: "memory");
    wait(barrier, 0);
    wait(barrier + 8, 0);
    float d[4] = {};
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %6, 0;\n"
                 "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%0, %1, %2, %3}, %4, %5, p, 1, 1, 0, 0;\n}"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "l"(descriptor), "l"(descriptor + 64), "r"(0));
    asm volatile("wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0;" ::: "memory");
    uint32_t elected;
    asm volatile("{.reg .pred e; elect.sync _|e, 0xffffffff; selp.b32 %0, 1, 0, e;}" : "=r"(elected));
    uint32_t remote;
    asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(remote) : "r"(barrier), "r"(1));
    asm volatile("setmaxnreg.inc.sync.aligned.u32 240; griddepcontrol.wait; griddepcontrol.launch_dependents;" ::: "memory");
    asm volatile("{.reg .pred P1; .reg .b32 t; setp.eq.u32 P1|_, %1, 0; @P1 mov.u32 t, %%clock; @!P1 mov.u32 t, %%cluster_ctarank;"
                 " st.global.L1::no_allocate.u32 [%0], t;}" ::"l"(c), "r"(elected)
                 : "memory");
    c[threadIdx.x + 1] = d[0] + d[1] + d[2] + d[3] + remote;
}
