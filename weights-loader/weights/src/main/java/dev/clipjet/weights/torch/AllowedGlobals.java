package dev.clipjet.weights.torch;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import java.util.Map;
import java.util.Set;

/**
 * The names that a pickle may mention: what {@code torch.save} and TorchScript need for tensors, containers and modules.
 * Each stands for a value or a way to build one; none is looked up anywhere.
 */
final class AllowedGlobals {
    static final String ORDERED_DICT = "collections.OrderedDict";
    static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor";
    static final String REBUILD_TENSOR_V2 = "torch._utils._rebuild_tensor_v2";
    static final String REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
    static final String SIZE = "torch.Size";
    static final String DEVICE = "torch.device";
    static final String RESTORE_TYPE_TAG = "torch.jit._pickle.restore_type_tag";

    /** Functions that return their only argument, a list. */
    static final Set<String> LISTS = Set.of(
            "torch.jit._pickle.build_intlist",
            "torch.jit._pickle.build_doublelist",
            "torch.jit._pickle.build_boollist",
            "torch.jit._pickle.build_tensorlist");

    /** Everything that TorchScript compiled has this prefix; such classes are bags of attributes. */
    private static final String SCRIPT_PREFIX = "__torch__.";

    private static final Map<String, ElementType> STORAGES = Map.of(
            "torch.FloatStorage", ElementType.F32,
            "torch.HalfStorage", ElementType.F16,
            "torch.BFloat16Storage", ElementType.BF16,
            "torch.DoubleStorage", ElementType.F64,
            "torch.LongStorage", ElementType.I64,
            "torch.IntStorage", ElementType.I32,
            "torch.ShortStorage", ElementType.I16,
            "torch.CharStorage", ElementType.I8,
            "torch.ByteStorage", ElementType.U8,
            "torch.BoolStorage", ElementType.BOOL);

    private static final Set<String> FUNCTIONS =
            Set.of(ORDERED_DICT, REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_PARAMETER, SIZE, DEVICE, RESTORE_TYPE_TAG);

    /** Element types occur as values in training checkpoints. */
    private static final Set<String> CONSTANTS = Set.of(
            "torch.float32",
            "torch.float16",
            "torch.bfloat16",
            "torch.float64",
            "torch.int64",
            "torch.int32",
            "torch.int16",
            "torch.int8",
            "torch.uint8",
            "torch.bool");

    private AllowedGlobals() {}

    static boolean contains(String module, String name) {
        String global = module + "." + name;
        return FUNCTIONS.contains(global)
                || STORAGES.containsKey(global)
                || LISTS.contains(global)
                || CONSTANTS.contains(global)
                || isScriptClass(global);
    }

    static boolean isScriptClass(String global) {
        return global.startsWith(SCRIPT_PREFIX);
    }

    /** The element type of a storage class, or null. */
    static ElementType storageType(String global) {
        return STORAGES.get(global);
    }

    /** The name within {@code torch} of the storage class of an element type. */
    static String storageClass(ElementType dtype) {
        return STORAGES.entrySet().stream()
                .filter(entry -> entry.getValue() == dtype)
                .map(entry -> entry.getKey().substring("torch.".length()))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("torch has no storage class for " + dtype));
    }
}
