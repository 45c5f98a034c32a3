package dev.clipjet.ptx.assembler;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;

/** The process of an {@link IsolatedAssembler}: answers requests on its standard streams until they end. */
final class AssemblerProcess {
    private AssemblerProcess() {}

    public static void main(String[] args) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
                DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)))) {
            AssemblerMessages.writeGreeting(out);
            while (true) {
                AssemblerMessages.writeAnswer(out, answer(AssemblerMessages.readRequest(in)));
            }
        } catch (EOFException done) {
            return;
        }
    }

    private static AssemblerMessages.Answer answer(AssemblerMessages.Request request) {
        try {
            Assembly assembly = PtxAssembler.assemble(request.name(), request.ptx(), request.options());
            return new AssemblerMessages.Done(assembly.cubin(), assembly.log());
        } catch (PtxAssemblyException refused) {
            return new AssemblerMessages.Refused(refused.complaints());
        } catch (IllegalStateException unavailable) {
            return new AssemblerMessages.Unavailable(unavailable.getMessage());
        }
    }
}
