package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.report.Place;
import java.io.PrintWriter;
import java.util.stream.Stream;

/** Writes findings for people and for programs. */
final class FindingReport {
    private final Request request;

    FindingReport(Request request) {
        this.request = request;
    }

    /**
     * Several lines: what is wrong, where, and the other access.
     *
     * @param remark stands behind the kind
     */
    void print(Finding finding, AddressNames addresses, String remark, PrintWriter out) {
        out.println(finding.kind() + " in " + finding.kernel() + remark);
        String detail = addresses.explain(finding.detail());
        // Only of deadlocks are the line breaks ours; what a failed assertion says is the kernel's.
        (finding.kind() == FindingKind.DEADLOCK ? detail.lines() : Stream.of(detail))
                .forEach(line -> out.println((line.startsWith(" ") ? "" : "  ") + line));
        place("  at  ", finding.file(), finding.place(), out);
        if (finding.other() != null) {
            place("  and ", finding.otherFile(), finding.other(), out);
        }
    }

    private void place(String lead, String file, Place place, PrintWriter out) {
        String indent = " ".repeat(lead.length());
        out.println(lead + file + ":" + place.line() + ": " + place.instruction());
        if (!place.source().isEmpty()) {
            String text = request.sources().text(place.source());
            out.println(indent + place.source() + (text.isEmpty() ? "" : ": " + text));
        }
        int[] thread = thread(place);
        out.println(indent + "block (" + place.blockX() + "," + place.blockY() + "," + place.blockZ() + "), thread ("
                + thread[0] + "," + thread[1] + "," + thread[2] + "), warp " + place.thread() / 32 + ", lane "
                + place.thread() % 32);
    }

    ObjectNode json(Finding finding, AddressNames addresses) {
        ObjectNode node = Json.object()
                .put("kind", finding.kind().name())
                .put("fatal", finding.kind().fatal())
                .put("kernel", finding.kernel())
                .put("file", finding.file())
                .put("detail", finding.detail());
        node.set("addresses", addresses.json(finding.detail()));
        node.set("at", json(finding.place()));
        if (finding.other() != null) {
            node.set("other", json(finding.other()));
        }
        return node;
    }

    private ObjectNode json(Place place) {
        ObjectNode node = Json.object().put("line", place.line()).put("instruction", place.instruction());
        if (!place.source().isEmpty()) {
            node.put("source", place.source());
            String text = request.sources().text(place.source());
            if (!text.isEmpty()) {
                node.put("sourceText", text);
            }
        }
        int[] thread = thread(place);
        node.putArray("block").add(place.blockX()).add(place.blockY()).add(place.blockZ());
        node.putArray("thread").add(thread[0]).add(thread[1]).add(thread[2]);
        return node.put("warp", place.thread() / 32).put("lane", place.thread() % 32);
    }

    private static int[] thread(Place place) {
        Dim3 shape = place.blockShape();
        return new int[] {
            place.thread() % shape.x(), place.thread() / shape.x() % shape.y(), place.thread() / (shape.x() * shape.y())
        };
    }
}
