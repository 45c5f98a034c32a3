package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.convert.ConversionReport;
import dev.clipjet.convert.ConversionReport.Leftovers;
import dev.clipjet.convert.ConversionReport.Mapped;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a conversion did, for people and as JSON. */
final class ConversionText {
    private ConversionText() {}

    static void print(
            ConversionReport report, Optional<EmbeddingCheck.Outcome> outcome, boolean everyTensor, PrintWriter out) {
        if (report.leftovers() == Leftovers.RESUMED) {
            long kept = report.files().stream()
                    .filter(ConversionReport.Written::kept)
                    .count();
            out.println("resumed an earlier run: " + kept + " finished files of weights were kept");
        } else if (report.leftovers() == Leftovers.CLEANED) {
            out.println("removed what an earlier run of another conversion had left");
        }
        if (everyTensor) {
            report.tensors().forEach(tensor -> out.println("  " + line(tensor)));
        }
        report.dropped().forEach(tensor -> out.println("dropped " + tensor.name() + ": " + tensor.reason()));
        report.tensors().stream()
                .filter(tensor -> tensor.overflowed() > 0)
                .forEach(tensor -> out.println("overflow " + tensor.name() + ": " + tensor.overflowed()
                        + " values are beyond the range of " + WeightType.name(tensor.type())
                        + " and became infinite"));
        report.notes().forEach(note -> out.println("note: " + note));
        outcome.ifPresent(found -> out.println("verified " + found.text()));
        long bytes = report.files().stream()
                .mapToLong(ConversionReport.Written::bytes)
                .sum();
        out.println(String.format(
                Locale.ROOT,
                "wrote %s as %s: %d tensors, %d dropped, %d files, %,d bytes",
                report.destination(),
                report.format().label(),
                report.tensors().size(),
                report.dropped().size(),
                report.files().size(),
                bytes));
        out.flush();
    }

    private static String line(Mapped tensor) {
        StringBuilder line = new StringBuilder(tensor.name());
        line.append(' ').append(tensor.shape()).append(' ').append(WeightType.name(tensor.type()));
        if (!tensor.from().isEmpty()) {
            line.append("  from ").append(String.join(" + ", tensor.from()));
        }
        if (tensor.type() != tensor.fromType()) {
            line.append(", was ").append(WeightType.name(tensor.fromType()));
        }
        if (!tensor.change().isEmpty()) {
            line.append(", ").append(tensor.change());
        }
        return line.toString();
    }

    static ObjectNode document(ConversionReport report, Optional<EmbeddingCheck.Outcome> outcome) {
        ObjectNode root = Json.object()
                .put("source", report.source())
                .put("destination", report.destination())
                .put("format", report.format().label())
                .put("leftovers", Labels.label(report.leftovers()));
        ArrayNode tensors = root.putArray("tensors");
        report.tensors().forEach(tensor -> tensors.add(tensor(tensor)));
        ArrayNode dropped = root.putArray("dropped");
        report.dropped()
                .forEach(
                        tensor -> dropped.addObject().put("name", tensor.name()).put("reason", tensor.reason()));
        ArrayNode files = root.putArray("files");
        report.files()
                .forEach(file -> files.addObject()
                        .put("name", file.name())
                        .put("bytes", file.bytes())
                        .put("kept", file.kept()));
        root.set("notes", Json.array(report.notes()));
        outcome.ifPresent(found -> root.putObject("verified")
                .put("images", found.images())
                .put("texts", found.texts())
                .put("identical", found.identical())
                .put("least_cosine", found.leastCosine()));
        return root;
    }

    private static ObjectNode tensor(Mapped tensor) {
        ObjectNode node = Json.object().put("name", tensor.name());
        ArrayNode shape = node.putArray("shape");
        tensor.shape().forEach(shape::add);
        node.set("from", Json.array(List.copyOf(tensor.from())));
        node.put("from_dtype", WeightType.name(tensor.fromType()));
        node.put("dtype", WeightType.name(tensor.type()));
        if (!tensor.change().isEmpty()) {
            node.put("change", tensor.change());
        }
        if (tensor.overflowed() >= 0) {
            node.put("overflowed", tensor.overflowed());
        }
        return node;
    }
}
