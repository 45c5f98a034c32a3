// A stand-in for libcublas, for tests of what calls it: float32 products on the CPU in column-major order, other types only noted.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct { void *stream; void *workspace; size_t bytes; } Handle;
static int live;

static void report(void) { fprintf(stderr, "live handles: %d\n", live); }

int cublasCreate_v2(Handle **h) {
    static int reporting;
    if (!reporting++) atexit(report);
    if (getenv("FAKE_CUBLAS_FAIL")) return atoi(getenv("FAKE_CUBLAS_FAIL"));
    *h = calloc(1, sizeof(Handle));
    live++;
    return 0;
}
int cublasDestroy_v2(Handle *h) { free(h); live--; return 0; }
int cublasGetVersion_v2(Handle *h, int *v) { *v = VERSION; return 0; }
int cublasSetStream_v2(Handle *h, void *s) { h->stream = s; return s ? 0 : 7; }
int cublasSetWorkspace_v2(Handle *h, void *p, size_t n) { h->workspace = p; h->bytes = n; return n ? 0 : 7; }
int cublasGemmEx(Handle *h, int ta, int tb, int m, int n, int k, const float *alpha, const void *a, int atype, int lda,
                 const void *b, int btype, int ldb, const float *beta, void *c, int ctype, int ldc, int compute, int algorithm) {
    if (!h->stream || !h->workspace || ta != 1 || tb != 0 || atype != btype || btype != ctype || compute != 68 || algorithm != -1) return 7;
    fprintf(stderr, "type %d, %d x %d x %d\n", atype, m, n, k);
    if (atype != 0) return atype == 2 || atype == 14 ? 0 : 15;
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            float sum = 0;
            for (int l = 0; l < k; l++) sum += ((const float *) a)[i * lda + l] * ((const float *) b)[j * ldb + l];
            float *to = (float *) c + j * ldc + i;
            *to = *alpha * sum + (*beta != 0 ? *beta * *to : 0);
        }
    return 0;
}
