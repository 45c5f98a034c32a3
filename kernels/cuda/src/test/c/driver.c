// A stand-in for libcuda.so.1, for tests of what calls it: "device" memory is host memory, and the only kernel stores an integer,
//   store(uint64 address, int32 value)
// FAKE_CUDA_FAIL=cuMemAlloc:2:2 makes the second call of cuMemAlloc return error 2. At exit the number of live objects is printed.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { enum { STORE, COPY, FILL } kind; void *to; const void *from; size_t bytes; int value; } Work;
typedef struct { Work work[64]; int count; } List;
typedef struct { List *capture; } Stream;
typedef struct { int recorded; } Event;

static int context, module, function, live, counts[256];
static const char *names[256];

static int failure(const char *call) {
    int i = 0;
    while (names[i] && strcmp(names[i], call)) i++;
    names[i] = call;
    counts[i]++;
    const char *plan = getenv("FAKE_CUDA_FAIL");
    if (plan) {
        char name[64];
        int at, code;
        if (sscanf(plan, "%63[^:]:%d:%d", name, &at, &code) == 3 && !strcmp(name, call) && counts[i] == at) return code;
    }
    return 0;
}
#define FAIL(NAME) do { int code_ = failure(NAME); if (code_) return code_; } while (0)

static void report(void) { fprintf(stderr, "live objects: %d\n", live); }

static void run(const Work *w) {
    if (w->kind == STORE) memcpy(w->to, &w->value, 4);
    else if (w->kind == COPY) memcpy(w->to, w->from, w->bytes);
    else memset(w->to, w->value, w->bytes);
}
static void submit(Stream *stream, Work work) {
    if (stream->capture) stream->capture->work[stream->capture->count++] = work; else run(&work);
}

int cuInit(unsigned flags) {
    static int reporting;
    FAIL("cuInit");
    if (!reporting++) atexit(report);
    return 0;
}
int cuDriverGetVersion(int *v) { FAIL("cuDriverGetVersion"); *v = 13000; return 0; }
int cuGetErrorName(int code, const char **name) {
    switch (code) {
        case 1: *name = "CUDA_ERROR_INVALID_VALUE"; return 0;
        case 2: *name = "CUDA_ERROR_OUT_OF_MEMORY"; return 0;
        case 700: *name = "CUDA_ERROR_ILLEGAL_ADDRESS"; return 0;
        default: *name = 0; return 1;
    }
}
int cuDeviceGetCount(int *n) { FAIL("cuDeviceGetCount"); *n = 1; return 0; }
int cuDeviceGet(int *device, int index) { FAIL("cuDeviceGet"); *device = index; return 0; }
int cuDeviceGetName(char *name, int n, int device) { FAIL("cuDeviceGetName"); snprintf(name, n, "Stand-in"); return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { FAIL("cuDeviceTotalMem"); *bytes = (size_t) 6 << 30; return 0; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    FAIL("cuDeviceGetAttribute");
    *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute; // the compute capability
    return 0;
}
int cuDevicePrimaryCtxRetain(void **c, int device) { FAIL("cuDevicePrimaryCtxRetain"); *c = &context; live++; return 0; }
int cuDevicePrimaryCtxRelease_v2(int device) { live--; return 0; }
int cuCtxSetCurrent(void *c) { return c == &context ? 0 : 201; }
int cuCtxSynchronize(void) { FAIL("cuCtxSynchronize"); return 0; }
int cuMemAlloc_v2(uint64_t *p, size_t n) { FAIL("cuMemAlloc"); *p = (uint64_t) (uintptr_t) aligned_alloc(256, (n + 255) / 256 * 256); live++; return 0; }
int cuMemFree_v2(uint64_t p) { FAIL("cuMemFree"); free((void *) (uintptr_t) p); live--; return 0; }
int cuMemHostAlloc(void **p, size_t n, unsigned flags) { FAIL("cuMemHostAlloc"); *p = calloc(1, n); live++; return 0; }
int cuMemFreeHost(void *p) { FAIL("cuMemFreeHost"); free(p); live--; return 0; }
int cuModuleLoadDataEx(void **m, const void *image, unsigned n, int *options, void **values) {
    FAIL("cuModuleLoadDataEx");
    // The text arrives whole and ends with a zero.
    if (!strstr(image, ".version")) {
        for (unsigned i = 0; i < n; i++) if (options[i] == 5) strcpy(values[i], "line 1; fatal: no version"); // error log
        return 218;
    }
    *m = &module; live++;
    return 0;
}
int cuModuleUnload(void *m) { FAIL("cuModuleUnload"); live--; return m == &module ? 0 : 1; }
int cuModuleGetFunction(void **f, void *m, const char *name) {
    FAIL("cuModuleGetFunction");
    if (m != &module || strcmp(name, "store")) return 500;
    *f = &function;
    return 0;
}
int cuModuleGetGlobal_v2(uint64_t *p, size_t *n, void *m, const char *name) { FAIL("cuModuleGetGlobal"); *p = 0x7000000000ull; if (n) *n = 4; return 0; }
int cuFuncGetAttribute(int *v, int attribute, void *f) { FAIL("cuFuncGetAttribute"); *v = attribute >= 11 && attribute <= 13 ? 2 : 10 + attribute; return 0; }
int cuFuncSetAttribute(void *f, int attribute, int v) { FAIL("cuFuncSetAttribute"); return attribute == 8 && v <= 100000 ? 0 : 1; }
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, void *f, int threads, size_t shared) { *n = 2048 / threads; return 0; }
int cuStreamCreate(void **s, unsigned flags) { FAIL("cuStreamCreate"); *s = calloc(1, sizeof(Stream)); live++; return flags == 1 ? 0 : 1; }
int cuStreamDestroy_v2(Stream *s) {
    FAIL("cuStreamDestroy");
    if (s->capture) free(s->capture), live--; // a capture that never ended
    free(s);
    live--;
    return 0;
}
int cuStreamSynchronize(void *s) { FAIL("cuStreamSynchronize"); return 0; }
int cuStreamWaitEvent(void *s, Event *e, unsigned flags) { FAIL("cuStreamWaitEvent"); return 0; }
int cuStreamBeginCapture_v2(Stream *s, int mode) { FAIL("cuStreamBeginCapture"); s->capture = calloc(1, sizeof(List)); live++; return 0; }
int cuStreamEndCapture(Stream *s, List **g) { FAIL("cuStreamEndCapture"); *g = s->capture; s->capture = 0; return 0; }
int cuGraphGetNodes(List *g, void **nodes, size_t *n) { FAIL("cuGraphGetNodes"); *n = g->count; return 0; }
int cuGraphInstantiateWithFlags(List **e, List *g, unsigned long long flags) {
    FAIL("cuGraphInstantiate");
    *e = malloc(sizeof(List)); **e = *g; live++;
    return 0;
}
int cuGraphDestroy(List *g) { free(g); live--; return 0; }
int cuGraphExecDestroy(List *e) { FAIL("cuGraphExecDestroy"); free(e); live--; return 0; }
int cuGraphLaunch(List *e, Stream *s) { FAIL("cuGraphLaunch"); for (int i = 0; i < e->count; i++) run(&e->work[i]); return 0; }
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t n, Stream *s) { FAIL("cuMemcpyHtoDAsync"); submit(s, (Work) {COPY, (void *) (uintptr_t) to, from, n}); return 0; }
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t n, Stream *s) { FAIL("cuMemcpyDtoHAsync"); submit(s, (Work) {COPY, to, (void *) (uintptr_t) from, n}); return 0; }
int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t n, Stream *s) { FAIL("cuMemcpyDtoDAsync"); submit(s, (Work) {COPY, (void *) (uintptr_t) to, (void *) (uintptr_t) from, n}); return 0; }
int cuMemsetD8Async(uint64_t to, unsigned char v, size_t n, Stream *s) { FAIL("cuMemsetD8Async"); submit(s, (Work) {FILL, (void *) (uintptr_t) to, 0, n, v}); return 0; }
int cuLaunchKernel(void *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, Stream *s, void **parameters, void **extra) {
    FAIL("cuLaunchKernel");
    if (f != &function || gx != 3 || gy != 2 || gz != 1 || bx != 32 || by != 4 || bz != 1 || shared != 48) return 1;
    submit(s, (Work) {STORE, (void *) (uintptr_t) *(uint64_t *) parameters[0], 0, 4, *(int *) parameters[1]});
    return 0;
}
int cuLaunchCooperativeKernel(void *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, Stream *s, void **parameters) {
    FAIL("cuLaunchCooperativeKernel");
    return cuLaunchKernel(f, gx, gy, gz, bx, by, bz, shared, s, parameters, 0);
}
int cuEventCreate(Event **e, unsigned flags) { FAIL("cuEventCreate"); *e = calloc(1, sizeof(Event)); live++; return 0; }
int cuEventDestroy_v2(Event *e) { FAIL("cuEventDestroy"); free(e); live--; return 0; }
int cuEventRecord(Event *e, Stream *s) { FAIL("cuEventRecord"); e->recorded = 1; return 0; }
int cuEventQuery(Event *e) { FAIL("cuEventQuery"); return e->recorded == 1 ? (e->recorded = 2, 600) : 0; } // once not ready
int cuEventSynchronize(Event *e) { FAIL("cuEventSynchronize"); return 0; }
int cuEventElapsedTime(float *ms, Event *a, Event *b) { FAIL("cuEventElapsedTime"); *ms = 1.5f; return 0; }
