package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuModule;
import dev.clipjet.ptx.decode.Symbol;
import dev.clipjet.ptx.memory.Allocation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A loaded module: its variables in memory, its entries lowered. */
final class EmulatedModule implements GpuModule {
    private final EmulatedDevice device;
    private final String name;
    private final List<Allocation> variables;
    private final Map<String, Symbol> symbols;
    private final Map<String, EmulatedFunction> functions = new LinkedHashMap<>();
    private boolean closed;

    EmulatedModule(EmulatedDevice device, String name, ParsedModule module) {
        this.device = device;
        this.name = name;
        ModuleVariables placed = ModuleVariables.place(module.syntax(), device.memory());
        variables = placed.allocations();
        symbols = placed.symbols();
        boolean done = false;
        try {
            module.kernels(symbols).forEach((entry, code) -> functions.put(entry, new EmulatedFunction(device, code)));
            done = true;
        } finally {
            if (!done) {
                variables.forEach(device.memory()::free);
            }
        }
    }

    @Override
    public GpuFunction function(String entry) {
        EmulatedFunction function = functions.get(entry);
        if (function == null) {
            throw new DeviceException(
                    "get function",
                    500,
                    "CUDA_ERROR_NOT_FOUND",
                    name + " has no entry " + entry + "; it has " + functions.keySet());
        }
        return function;
    }

    @Override
    public long variable(String variable) {
        Symbol symbol = symbols.get(variable);
        if (symbol == null) {
            throw new DeviceException(
                    "get variable", 500, "CUDA_ERROR_NOT_FOUND", name + " has no variable " + variable);
        }
        return symbol.address();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            variables.forEach(device.memory()::free);
            device.released(this);
        }
    }
}
