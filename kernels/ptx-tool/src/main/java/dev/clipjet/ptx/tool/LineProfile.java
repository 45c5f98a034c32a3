package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.profile.MemoryCounters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a launch did at one instruction of the PTX text, or in total.
 *
 * @param line of the PTX text, 0 for a total
 * @param instruction as written
 * @param source {@code file:line} of the source, or empty
 * @param executions warp instructions
 * @param lanes lanes of these
 * @param requests warp accesses to global memory
 * @param sectors sectors of 32 bytes that these touched
 * @param idealSectors sectors had the data lain side by side
 * @param lines lines of 128 bytes that they touched
 * @param bytes bytes that lanes asked for
 * @param wavefronts wavefronts of shared memory
 * @param idealWavefronts wavefronts without conflicts
 */
record LineProfile(
        int line,
        String instruction,
        String source,
        long executions,
        long lanes,
        long requests,
        long sectors,
        long idealSectors,
        long lines,
        long bytes,
        long wavefronts,
        long idealWavefronts) {
    private static final double SECTOR = 32;

    /** Every executed instruction, in the order of the text. A function called from several places counts once. */
    static List<LineProfile> all(LaunchResult result) {
        Map<String, LineProfile> merged = new LinkedHashMap<>();
        MemoryCounters memory = result.memory();
        for (Step step : result.code().steps()) {
            int pc = step.pc();
            if (result.executions()[pc] > 0 && step.line() > 0) {
                merged.merge(
                        step.line() + " " + step.text(),
                        new LineProfile(
                                step.line(),
                                step.text(),
                                result.code().sources()[pc],
                                result.executions()[pc],
                                result.activeLanes()[pc],
                                memory.globalRequests[pc],
                                memory.sectors[pc],
                                memory.idealSectors[pc],
                                memory.lines[pc],
                                memory.globalBytes[pc],
                                memory.wavefronts[pc],
                                memory.idealWavefronts[pc]),
                        LineProfile::plus);
            }
        }
        return new ArrayList<>(merged.values());
    }

    static LineProfile total(List<LineProfile> lines) {
        return lines.stream().reduce(new LineProfile(0, "", "", 0, 0, 0, 0, 0, 0, 0, 0, 0), LineProfile::plus);
    }

    private LineProfile plus(LineProfile other) {
        return new LineProfile(
                line,
                instruction,
                source,
                executions + other.executions,
                lanes + other.lanes,
                requests + other.requests,
                sectors + other.sectors,
                idealSectors + other.idealSectors,
                lines + other.lines,
                bytes + other.bytes,
                wavefronts + other.wavefronts,
                idealWavefronts + other.idealWavefronts);
    }

    /** First part of the name: {@code ld}. */
    String opcode() {
        String name = instruction.startsWith("@") ? instruction.substring(instruction.indexOf(' ') + 1) : instruction;
        return name.split("[. ;]", 2)[0];
    }

    boolean atomic() {
        return opcode().equals("atom") || opcode().equals("red");
    }

    /** A barrier of a block or cluster, not of a warp. */
    boolean barrier() {
        return (opcode().equals("bar") || opcode().equals("barrier")) && !instruction.contains("bar.warp");
    }

    /** Mean of active lanes, of 32. */
    double activeLanes() {
        return executions == 0 ? 0 : (double) lanes / executions;
    }

    double sectorsPerRequest() {
        return requests == 0 ? 0 : (double) sectors / requests;
    }

    /** Bytes asked for by bytes moved; above 1 where lanes read the same bytes. */
    double efficiency() {
        return sectors == 0 ? 0 : bytes / (SECTOR * sectors);
    }

    /** Wavefronts beyond those without conflicts. */
    long conflicts() {
        return wavefronts - idealWavefronts;
    }

    ObjectNode json() {
        ObjectNode node = Json.object();
        if (line > 0) {
            node.put("line", line).put("instruction", instruction);
            if (!source.isEmpty()) {
                node.put("source", source);
            }
        }
        return node.put("warpInstructions", executions)
                .put("lanes", lanes)
                .put("globalRequests", requests)
                .put("globalSectors", sectors)
                .put("globalIdealSectors", idealSectors)
                .put("globalLines", lines)
                .put("globalBytes", bytes)
                .put("sharedWavefronts", wavefronts)
                .put("sharedConflicts", conflicts());
    }
}
