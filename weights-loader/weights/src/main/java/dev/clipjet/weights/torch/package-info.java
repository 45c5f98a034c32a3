/**
 * PyTorch's own containers: zip archives of {@code torch.save}, TorchScript archives and the files of versions before
 * 1.6. Their object graphs are pickles, read by an interpreter that knows the few names tensors are made of, builds
 * inert values and executes nothing.
 *
 * <p>Data flows one way: {@link dev.clipjet.weights.torch.TorchCheckpoint} opens a container ({@code ZipArchive} or
 * {@code LegacyFile}) over a {@link dev.clipjet.weights.file.ByteSource}, {@code PickleInterpreter} turns the pickle into
 * {@link dev.clipjet.weights.torch.PickleValue}s, {@code TensorFactory} checks every tensor in it, and
 * {@code StateDict} chooses and names the tensors.
 */
package dev.clipjet.weights.torch;
