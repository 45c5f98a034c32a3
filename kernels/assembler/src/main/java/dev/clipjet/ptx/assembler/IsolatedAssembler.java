package dev.clipjet.ptx.assembler;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The assembler in a process of its own, for texts that others wrote: one that crashes or hangs it is refused like any other, and the
 * next request gets a new process. The process begins with the first request, serves one at a time, and ends at {@link #close}, or
 * when this JVM does. Thread-safe.
 */
public final class IsolatedAssembler implements AutoCloseable {
    private final Duration limit;
    private Process process;
    private DataInputStream answers;
    private DataOutputStream requests;
    private boolean closed;

    /**
     * No process yet.
     *
     * @param limit how long one request may take
     */
    public IsolatedAssembler(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
        this.limit = limit;
    }

    /**
     * Assembles a text, as {@link PtxAssembler#assemble} does.
     *
     * @throws PtxAssemblyException if the assembler refuses the text, crashes over it, or takes too long
     * @throws IllegalStateException if there is no assembler for this platform, or its process cannot be started
     */
    public synchronized Assembly assemble(String name, String ptx, AssemblerOptions options) {
        if (closed) {
            throw new IllegalStateException("the assembler is closed");
        }
        CountDownLatch done = new CountDownLatch(1);
        AtomicBoolean late = new AtomicBoolean();
        boolean answered = false;
        try {
            start();
            watch(process, done, late);
            AssemblerMessages.writeRequest(requests, name, ptx, options);
            AssemblerMessages.Answer answer = AssemblerMessages.readAnswer(answers);
            answered = true;
            return answer.assembly(name, options.target());
        } catch (IOException broken) {
            String problem = late.get()
                    ? "the assembler took longer than " + limit.toSeconds() + " s and was ended"
                    : "the assembler crashed" + exitCode();
            throw new PtxAssemblyException(
                    name, options.target(), List.of(new PtxAssemblyException.Complaint(0, problem, "")));
        } finally {
            done.countDown();
            if (!answered) {
                stop();
            }
        }
    }

    private void start() {
        if (process != null && process.isAlive()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+SuppressFatalErrorMessage",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                classPath(),
                AssemblerProcess.class.getName()));
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
            requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
            AssemblerMessages.readGreeting(answers);
        } catch (IOException failed) {
            String code = process == null ? "" : exitCode();
            stop();
            throw new IllegalStateException("the process of the PTX assembler cannot be started" + code, failed);
        }
    }

    /** The class path of this JVM, and what is on its module path. */
    private static String classPath() {
        List<String> entries = new ArrayList<>();
        String modules = System.getProperty("jdk.module.path", "");
        for (String entry :
                (System.getProperty("java.class.path", "") + File.pathSeparator + modules).split(File.pathSeparator)) {
            if (!entry.isEmpty()) {
                Path path = Path.of(entry);
                boolean folderOfJars = Files.isDirectory(path)
                        && modules.contains(entry)
                        && !Files.exists(path.resolve("module-info.class"));
                entries.add(folderOfJars ? entry + File.separator + "*" : entry);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private void watch(Process watched, CountDownLatch done, AtomicBoolean late) {
        Thread watch = new Thread(
                () -> {
                    try {
                        if (!done.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                            late.set(true);
                            watched.destroyForcibly();
                        }
                    } catch (InterruptedException ended) {
                        watched.destroyForcibly();
                    }
                },
                "clipjet-assembler-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private String exitCode() {
        try {
            return process.waitFor(5, TimeUnit.SECONDS) ? " (exit code " + process.exitValue() + ")" : "";
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private void stop() {
        if (process != null) {
            process.destroyForcibly();
            process = null;
        }
    }

    /** Ends the process. */
    @Override
    public synchronized void close() {
        closed = true;
        stop();
    }
}
