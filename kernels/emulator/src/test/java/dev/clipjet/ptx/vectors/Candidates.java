package dev.clipjet.ptx.vectors;

import java.util.ArrayList;
import java.util.List;

/** Names of scalar instructions that might exist: every combination of modifiers and types, legal or not. */
final class Candidates {
    private static final String INTEGERS = "u16,u32,u64,s16,s32,s64,u8,s8";
    private static final String BITS = "b16,b32,b64";
    private static final String FLOATS = "f16,f16x2,bf16,bf16x2,f32,f64";
    private static final String ROUND = "-,rn,rz,rm,rp";

    /** Opcode, then groups of alternatives; a dash stands for nothing. */
    private static final String[] TABLE = {
        "add " + ROUND + " -,ftz -,sat " + INTEGERS + "," + FLOATS,
        "sub " + ROUND + " -,ftz -,sat " + INTEGERS + "," + FLOATS,
        "mul -,lo,hi,wide " + ROUND + " -,ftz -,sat " + INTEGERS + "," + FLOATS,
        "mad -,lo,hi,wide " + ROUND + " -,ftz -,sat " + INTEGERS + "," + FLOATS,
        "fma " + ROUND + " -,ftz -,sat -,relu " + INTEGERS + "," + FLOATS,
        "vadd u32,s32 u32,s32 u32,s32 -,sat -,add",
        "vsub u32,s32 u32,s32 u32,s32 -,sat -,add",
        "mul24 -,lo,hi u32,s32,u64",
        "mad24 -,lo,hi u32,s32,u64",
        "div -,approx,full " + ROUND + " -,ftz " + INTEGERS + "," + FLOATS,
        "rem " + INTEGERS + "," + FLOATS,
        "abs -,ftz " + INTEGERS + "," + FLOATS,
        "neg -,ftz " + INTEGERS + "," + FLOATS,
        "min -,ftz -,NaN -,xorsign.abs -,relu " + INTEGERS + "," + FLOATS,
        "max -,ftz -,NaN -,xorsign.abs -,relu " + INTEGERS + "," + FLOATS,
        "sad " + INTEGERS + "," + FLOATS,
        "and pred," + BITS + ",u32",
        "or pred," + BITS + ",u32",
        "xor pred," + BITS + ",u32",
        "not pred," + BITS + ",u32",
        "cnot " + BITS + ",u32",
        "shl " + BITS + ",u32",
        "shr " + BITS + "," + INTEGERS,
        "shf -,l,r -,clamp,wrap b32,b64",
        "bfe " + INTEGERS + ",b32",
        "bfi " + BITS + ",u32",
        "prmt b32.-,b32.f4e,b32.b4e,b32.rc8,b32.ecl,b32.ecr,b32.rc16",
        "lop3 b32,b64",
        "popc " + BITS,
        "clz " + BITS,
        "brev " + BITS,
        "bfind -,shiftamt " + INTEGERS + ",b32",
        "fns b32,b64",
        "szext -,clamp,wrap u32,s32,b32",
        "bmsk -,clamp,wrap b32,u32",
        "dp4a u32,s32 u32,s32",
        "dp2a -,lo,hi u32,s32 u32,s32",
        "rcp -,approx " + ROUND + " -,ftz " + FLOATS,
        "sqrt -,approx " + ROUND + " -,ftz " + FLOATS,
        "rsqrt -,approx " + ROUND + " -,ftz " + FLOATS,
        "sin -,approx -,ftz " + FLOATS,
        "cos -,approx -,ftz " + FLOATS,
        "lg2 -,approx -,ftz " + FLOATS,
        "ex2 -,approx -,ftz " + FLOATS,
        "tanh -,approx -,ftz " + FLOATS,
        "copysign " + FLOATS,
        "testp finite,infinite,number,notanumber,normal,subnormal " + FLOATS,
        "mov pred," + BITS + "," + INTEGERS + ",f16,bf16,f32,f64",
        "selp " + BITS + "," + INTEGERS + ",f32,f64,f16",
        "slct -,ftz " + BITS + "," + INTEGERS + ",f32,f64 s32,f32,u32",
        "setp eq,ne,lt,le,gt,ge,lo,ls,hi,hs,equ,neu,ltu,leu,gtu,geu,num,nan -,and,or,xor -,ftz " + BITS + "," + INTEGERS
                + ",f16,bf16,f32,f64",
        "set eq,ne,lt,le,gt,ge,lo,ls,hi,hs,equ,neu,ltu,leu,gtu,geu,num,nan -,and,or,xor -,ftz u32,s32,f32 " + BITS + ","
                + INTEGERS + ",f16,bf16,f32,f64",
        "cvt -,rni,rzi,rmi,rpi,rna -,rn,rz,rm,rp -,ftz -,sat -,relu " + INTEGERS
                + ",f16,f16x2,bf16,bf16x2,tf32,f32,f64 " + INTEGERS + ",f16,bf16,f32,f64",
    };

    private Candidates() {}

    static List<Form> all() {
        List<Form> forms = new ArrayList<>();
        for (String row : TABLE) {
            String[] parts = row.split(" ");
            List<String> names = List.of(parts[0]);
            for (int i = 1; i < parts.length; i++) {
                List<String> longer = new ArrayList<>();
                for (String name : names) {
                    for (String choice : parts[i].split(",")) {
                        longer.add(choice.equals("-") ? name : name + "." + choice.replace(".-", ""));
                    }
                }
                names = longer;
            }
            names.forEach(name -> forms.add(Form.of(name)));
        }
        return forms;
    }
}
