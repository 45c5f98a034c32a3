package dev.clipjet.ptx.assembler;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What {@link IsolatedAssembler} and its process say to each other. A crashing process may write anything, so all is checked. */
final class AssemblerMessages {
    private static final int GREETING = 0x50545831;
    private static final int ANSWER = 0x50545832;
    private static final int MAX_BYTES = 1 << 30;

    private AssemblerMessages() {}

    /** A request as the process reads it. */
    record Request(String name, String ptx, AssemblerOptions options) {}

    /** What became of a request. */
    sealed interface Answer {
        /** The module, or the exception that says why there is none. */
        Assembly assembly(String name, String target);
    }

    @SuppressWarnings("ArrayRecordComponent")
    record Done(byte[] cubin, String log) implements Answer {
        @Override
        public Assembly assembly(String name, String target) {
            return new Assembly(cubin, AssemblerLog.kernels(log, name, target), log);
        }
    }

    record Refused(List<PtxAssemblyException.Complaint> complaints) implements Answer {
        @Override
        public Assembly assembly(String name, String target) {
            throw new PtxAssemblyException(name, target, complaints);
        }
    }

    record Unavailable(String message) implements Answer {
        @Override
        public Assembly assembly(String name, String target) {
            throw new IllegalStateException(message);
        }
    }

    static void writeGreeting(DataOutputStream to) throws IOException {
        to.writeInt(GREETING);
        to.flush();
    }

    static void readGreeting(DataInputStream from) throws IOException {
        expect(from, GREETING);
    }

    static void writeRequest(DataOutputStream to, String name, String ptx, AssemblerOptions options)
            throws IOException {
        writeText(to, name);
        writeText(to, ptx);
        writeText(to, options.target());
        to.writeInt(options.maxRegisters());
        to.writeInt(options.optimization());
        to.flush();
    }

    static Request readRequest(DataInputStream from) throws IOException {
        return new Request(
                readText(from), readText(from), new AssemblerOptions(readText(from), from.readInt(), from.readInt()));
    }

    static void writeAnswer(DataOutputStream to, Answer answer) throws IOException {
        to.writeInt(ANSWER);
        if (answer instanceof Done done) {
            to.writeByte(0);
            to.writeInt(done.cubin.length);
            to.write(done.cubin);
            writeText(to, done.log);
        } else if (answer instanceof Refused refused) {
            to.writeByte(1);
            to.writeInt(refused.complaints.size());
            for (PtxAssemblyException.Complaint complaint : refused.complaints) {
                to.writeInt(complaint.line());
                writeText(to, complaint.problem());
                writeText(to, complaint.text());
            }
        } else if (answer instanceof Unavailable unavailable) {
            to.writeByte(2);
            writeText(to, unavailable.message);
        }
        to.flush();
    }

    static Answer readAnswer(DataInputStream from) throws IOException {
        expect(from, ANSWER);
        switch (from.readByte()) {
            case 0 -> {
                byte[] cubin = readBytes(from);
                return new Done(cubin, readText(from));
            }
            case 1 -> {
                int count = from.readInt();
                List<PtxAssemblyException.Complaint> complaints = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    complaints.add(new PtxAssemblyException.Complaint(from.readInt(), readText(from), readText(from)));
                }
                return new Refused(complaints);
            }
            case 2 -> {
                return new Unavailable(readText(from));
            }
            default -> throw new StreamCorruptedException("an unknown answer");
        }
    }

    private static void expect(DataInputStream from, int mark) throws IOException {
        if (from.readInt() != mark) {
            throw new StreamCorruptedException("a message without its mark");
        }
    }

    private static void writeText(DataOutputStream to, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        to.writeInt(bytes.length);
        to.write(bytes);
    }

    private static String readText(DataInputStream from) throws IOException {
        return new String(readBytes(from), StandardCharsets.UTF_8);
    }

    private static byte[] readBytes(DataInputStream from) throws IOException {
        int length = from.readInt();
        if (length < 0 || length > MAX_BYTES) {
            throw new StreamCorruptedException("a message of " + length + " bytes");
        }
        byte[] bytes = from.readNBytes(length);
        if (bytes.length < length) {
            throw new StreamCorruptedException("a message that ends early");
        }
        return bytes;
    }
}
