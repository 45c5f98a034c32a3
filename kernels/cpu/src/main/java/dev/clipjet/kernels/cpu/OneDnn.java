package dev.clipjet.kernels.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Pointer;

/**
 * oneDNN for the workers of a pool: an engine, a stream and scratch memory for each worker, and all primitives that were
 * made. Primitives are made for one thread and run by one worker each; float32 stays float32. Owned by one kernel.
 */
final class OneDnn implements AutoCloseable {
    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream[] streams;
    private final FloatMemory[] scratch;
    private final boolean[] limited;
    private final List<OneDnnPrimitive> primitives = new ArrayList<>();
    private final List<dnnl_memory_desc> descs = new ArrayList<>();

    OneDnn(int workers) {
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "create an engine");
        streams = new dnnl_stream[workers];
        scratch = new FloatMemory[workers];
        limited = new boolean[workers];
        for (int i = 0; i < workers; i++) {
            streams[i] = new dnnl_stream();
            check(dnnl_stream_create(streams[i], engine, dnnl_stream_in_order), "create a stream");
            scratch[i] = new FloatMemory(0);
        }
    }

    dnnl_engine engine() {
        return engine;
    }

    dnnl_stream stream(int worker) {
        return streams[worker];
    }

    int workers() {
        return streams.length;
    }

    /** Runs tasks with every worker limited to itself, and leaves the calling thread as it was. */
    void run(WorkerPool pool, int count, WorkerPool.Task task) {
        int before = OpenMpThreads.limitToOne();
        try {
            pool.run(count, task);
        } finally {
            OpenMpThreads.restore(before);
        }
    }

    /** To be called first by every task: the pool's own threads are limited once and for all. */
    void enter(int worker) {
        if (worker != 0 && !limited[worker]) {
            OpenMpThreads.limitToOne();
            limited[worker] = true;
        }
    }

    /** Address of a worker's scratch memory, which {@link #reserve} made large enough. */
    long scratch(int worker) {
        return scratch[worker].address(0);
    }

    private void reserve(long bytes) {
        long floats = (bytes + Float.BYTES - 1) / Float.BYTES;
        for (int i = 0; i < scratch.length; i++) {
            if (scratch[i].size() < floats) {
                scratch[i].close();
                scratch[i] = new FloatMemory(0); // stays usable if the next line fails
                scratch[i] = new FloatMemory(floats);
            }
        }
    }

    /**
     * Makes a primitive. To be called by the thread that starts runs, while none is in progress.
     *
     * @param desc what it does; destroyed here
     * @param arguments kinds of its arguments
     * @param layouts their layouts, in the same order
     */
    OneDnnPrimitive primitive(dnnl_primitive_desc desc, int[] arguments, dnnl_memory_desc... layouts) {
        try {
            dnnl_memory_desc scratchLayout = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
            reserve(dnnl_memory_desc_get_size(scratchLayout));
            OneDnnPrimitive made = new OneDnnPrimitive(this, desc, arguments, layouts, scratchLayout);
            primitives.add(made);
            return made;
        } finally {
            dnnl_primitive_desc_destroy(desc);
        }
    }

    /** Layout of a dense or strided float32 tensor. */
    dnnl_memory_desc strided(long[] dims, long[] strides) {
        dnnl_memory_desc desc = new dnnl_memory_desc();
        check(dnnl_memory_desc_create_with_strides(desc, dims.length, dims, dnnl_f32, strides), "describe a tensor");
        descs.add(desc);
        return desc;
    }

    /** Layout that the primitive may choose. */
    dnnl_memory_desc any(long... dims) {
        dnnl_memory_desc desc = new dnnl_memory_desc();
        check(
                dnnl_memory_desc_create_with_tag(desc, dims.length, dims, dnnl_f32, dnnl_format_tag_any),
                "describe a tensor");
        descs.add(desc);
        return desc;
    }

    /** A layout that outlives the primitive that chose it. */
    dnnl_memory_desc keep(dnnl_memory_desc desc) {
        dnnl_memory_desc copy = new dnnl_memory_desc();
        check(dnnl_memory_desc_clone(copy, desc), "copy a layout");
        descs.add(copy);
        return copy;
    }

    /**
     * How a product ends: plus what the output holds, or plus another tensor, then the activation. Always in float32, and
     * scratch memory is ours.
     *
     * @param accumulate whether the output's old content is added
     * @param added layout of another tensor to add, or null
     */
    static dnnl_primitive_attr attributes(boolean accumulate, dnnl_memory_desc added, Activation activation) {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        check(dnnl_primitive_attr_create(attributes), "create attributes");
        dnnl_post_ops steps = new dnnl_post_ops();
        check(dnnl_post_ops_create(steps), "create a list of steps");
        if (accumulate) {
            check(dnnl_post_ops_append_sum(steps, 1f, 0, dnnl_data_type_undef), "append a sum");
        }
        if (added != null) {
            check(dnnl_post_ops_append_binary(steps, dnnl_binary_add, added), "append an addition");
        }
        switch (activation) {
            case NONE -> {}
            case QUICK_GELU -> append(steps, dnnl_eltwise_swish, RowMath.QUICK_GELU_SLOPE);
            case GELU -> append(steps, dnnl_eltwise_gelu_erf, 0f);
            case GELU_TANH -> append(steps, dnnl_eltwise_gelu_tanh, 0f);
            case RELU -> append(steps, dnnl_eltwise_relu, 0f);
        }
        check(dnnl_primitive_attr_set_post_ops(attributes, steps), "set the steps");
        check(dnnl_post_ops_destroy(steps), "destroy a list of steps");
        check(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "set the scratch mode");
        check(dnnl_primitive_attr_set_fpmath_mode(attributes, dnnl_fpmath_mode_strict), "set the arithmetic");
        return attributes;
    }

    private static void append(dnnl_post_ops steps, int kind, float alpha) {
        check(dnnl_post_ops_append_eltwise(steps, kind, alpha, 0f), "append an activation");
    }

    static void check(int status, String what) {
        if (status == dnnl_out_of_memory) {
            throw new OutOfMemoryError("oneDNN has no memory to " + what);
        }
        if (status != dnnl_success) {
            throw new IllegalStateException("oneDNN could not " + what + ": status " + status);
        }
    }

    /** A pointer that is moved instead of made anew. */
    static final class Address extends Pointer {
        Address() {
            super((Pointer) null);
        }

        Address at(long newAddress) {
            address = newAddress;
            return this;
        }
    }

    /** Destroys all primitives, streams and the engine, and frees the scratch memory. No run may be in progress. */
    @Override
    public void close() {
        primitives.forEach(OneDnnPrimitive::close);
        primitives.clear();
        descs.forEach(desc -> dnnl_memory_desc_destroy(desc));
        descs.clear();
        for (int i = 0; i < streams.length; i++) {
            if (streams[i] != null) {
                dnnl_stream_destroy(streams[i]);
                streams[i] = null;
                scratch[i].close();
            }
        }
        if (!engine.isNull()) {
            dnnl_engine_destroy(engine);
            engine.setNull();
        }
    }
}
