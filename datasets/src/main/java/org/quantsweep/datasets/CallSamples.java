package org.quantsweep.datasets;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/** Samples of several calls: how they are known, and how they are stored. */
public final class CallSamples {
  private CallSamples() {}

  /** A sample of calls; its digest is that of its calls' digests in order. */
  static Sample of(String path, String label, List<SortedMap<String, Tensor>> calls) {
    List<SampleContent.NamedArrays> named = new ArrayList<>();
    List<Sha256Digest> digests = new ArrayList<>();
    for (SortedMap<String, Tensor> call : calls) {
      named.add(new SampleContent.NamedArrays(call));
      digests.add(SampleFiles.digest(call));
    }
    return new Sample(digest(digests), path, new SampleContent.Calls(named), label);
  }

  /**
   * The sample whose calls the first axis of a sample's arrays counts. What holds no arrays, or
   * calls already, is as it was.
   *
   * @throws UnreadableSampleException when the arrays differ in that axis, or it is empty
   */
  public static Sample alongFirstAxis(Sample sample) throws UnreadableSampleException {
    if (!(sample.content() instanceof SampleContent.NamedArrays named)) {
      return sample;
    }
    List<SortedMap<String, Tensor>> calls = SampleFiles.places(named.arrays(), "steps");
    if (calls.isEmpty()) {
      throw new UnreadableSampleException("its arrays have no steps.");
    }
    return of(sample.path(), sample.label(), calls);
  }

  /**
   * Calls as bytes: their number in four bytes, the highest first; then for each call the length of
   * an {@code .npz} of its arrays in four bytes, and the {@code .npz}.
   */
  public static byte[] stored(SampleContent.Calls calls) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeInt(calls.calls().size());
      for (SampleContent.NamedArrays call : calls.calls()) {
        byte[] arrays = SampleFiles.toNpz(call.arrays());
        out.writeInt(arrays.length);
        out.write(arrays);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail to take bytes.", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The calls that were {@link #stored}.
   *
   * @throws UnreadableSampleException when these bytes were not made so
   */
  public static SampleContent.Calls restored(byte[] bytes) throws UnreadableSampleException {
    List<SampleContent.NamedArrays> calls = new ArrayList<>();
    for (byte[] call : storedCalls(bytes)) {
      calls.add(new SampleContent.NamedArrays(NpzReader.read(call, Integer.MAX_VALUE)));
    }
    return new SampleContent.Calls(calls);
  }

  /**
   * The digest of the sample whose calls were {@link #stored}. No array is read for it: a call's
   * digest is that of its {@code .npz}.
   *
   * @throws UnreadableSampleException when these bytes were not made so
   */
  public static Sha256Digest storedDigest(byte[] bytes) throws UnreadableSampleException {
    return digest(storedCalls(bytes).stream().map(Sha256Digest::of).toList());
  }

  private static Sha256Digest digest(List<Sha256Digest> calls) {
    Sha256Digest.Builder digest = new Sha256Digest.Builder();
    calls.forEach(call -> digest.field("call", call.hex()));
    return digest.build();
  }

  /** An {@code .npz} for each call; at least one. */
  private static List<byte[]> storedCalls(byte[] bytes) throws UnreadableSampleException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    List<byte[]> calls = new ArrayList<>();
    try {
      int count = in.getInt();
      while (calls.size() < count) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
          throw damaged(null);
        }
        byte[] call = new byte[length];
        in.get(call);
        calls.add(call);
      }
    } catch (BufferUnderflowException e) {
      throw damaged(e);
    }
    if (calls.isEmpty() || in.hasRemaining()) {
      throw damaged(null);
    }
    return calls;
  }

  private static UnreadableSampleException damaged(BufferUnderflowException cause) {
    return new UnreadableSampleException("the stored calls are damaged.", cause);
  }
}
