/** Running a kernel: warps, groups of lanes, blocks, grids. What an instruction does is in its {@link dev.clipjet.ptx.exec.Step}. */
package dev.clipjet.ptx.exec;
