package dev.clipjet.kernels.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.Pointer;

/** A primitive of oneDNN with a set of arguments for every worker, so that workers can run it at the same time. */
final class OneDnnPrimitive implements AutoCloseable {
    private final OneDnn library;
    private final dnnl_primitive primitive = new dnnl_primitive();
    private final Arguments[] arguments;

    /** The arguments of one worker; the last is scratch memory. */
    private static final class Arguments {
        private final dnnl_memory[] memories;
        private final OneDnn.Address[] addresses;
        private final dnnl_exec_arg_t list;

        Arguments(int count) {
            memories = new dnnl_memory[count];
            addresses = new OneDnn.Address[count];
            list = new dnnl_exec_arg_t(count);
        }
    }

    OneDnnPrimitive(
            OneDnn library,
            dnnl_primitive_desc desc,
            int[] kinds,
            dnnl_memory_desc[] layouts,
            dnnl_memory_desc scratchLayout) {
        this.library = library;
        OneDnn.check(dnnl_primitive_create(primitive, desc), "create a primitive");
        arguments = new Arguments[library.workers()];
        for (int worker = 0; worker < arguments.length; worker++) {
            Arguments own = new Arguments(kinds.length + 1);
            arguments[worker] = own;
            for (int i = 0; i <= kinds.length; i++) {
                boolean scratch = i == kinds.length;
                own.memories[i] = new dnnl_memory();
                own.addresses[i] = new OneDnn.Address();
                // A null address: the memory is ours, and set before every run.
                OneDnn.check(
                        dnnl_memory_create(
                                own.memories[i], scratch ? scratchLayout : layouts[i], library.engine(), (Pointer)
                                        null),
                        "describe an argument");
                own.list
                        .position(i)
                        .arg(scratch ? DNNL_ARG_SCRATCHPAD : kinds[i])
                        .memory(own.memories[i]);
            }
            own.list.position(0);
        }
    }

    /** Says where an argument lies in the worker's next runs. */
    void set(int worker, int argument, long address) {
        Arguments own = arguments[worker];
        OneDnn.check(
                dnnl_memory_set_data_handle(own.memories[argument], own.addresses[argument].at(address)),
                "set an argument");
    }

    /** Runs with the worker's arguments. */
    void run(int worker) {
        Arguments own = arguments[worker];
        set(worker, own.memories.length - 1, library.scratch(worker));
        OneDnn.check(
                dnnl_primitive_execute(primitive, library.stream(worker), own.memories.length, own.list),
                "run a primitive");
    }

    @Override
    public void close() {
        for (Arguments own : arguments) {
            own.list.close();
            for (dnnl_memory memory : own.memories) {
                dnnl_memory_destroy(memory);
            }
        }
        dnnl_primitive_destroy(primitive);
    }
}
