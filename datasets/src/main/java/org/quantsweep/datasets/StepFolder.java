package org.quantsweep.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/**
 * A folder {@code NAME.steps} that holds the calls of one sample: {@code 0.npz}, {@code 1.npz} and
 * so on, from 0 or 1, without a gap. Shapes may differ from call to call. What begins with a dot is
 * passed over.
 */
public final class StepFolder {
  private static final String SUFFIX = ".steps";
  private static final Pattern STEP = Pattern.compile("(\\d{1,9})\\.npz");

  private StepFolder() {}

  /** Whether a path is such a folder, by its name. */
  public static boolean is(Path path) {
    return path.getFileName() != null
        && path.getFileName().toString().endsWith(SUFFIX)
        && Files.isDirectory(path);
  }

  /**
   * The arrays of each call, in order.
   *
   * @throws UnreadableSampleException when a file has another name, one is missing, or cannot be
   *     read
   */
  public static List<SortedMap<String, Tensor>> read(Path folder, IngestLimits limits)
      throws UnreadableSampleException, IOException {
    List<SortedMap<String, Tensor>> calls = new ArrayList<>();
    long left = limits.arrays().bytes();
    for (Path file : files(folder)) {
      long size = Files.size(file);
      left -= size;
      if (left < 0) {
        throw new UnreadableSampleException(
            "its files have more bytes than the limit on arrays ("
                + limits.arrays().bytes()
                + ").");
      }
      try {
        calls.add(NpzReader.read(Files.readAllBytes(file), limits.arrays().bytes()));
      } catch (UnreadableSampleException e) {
        throw new UnreadableSampleException("'" + file.getFileName() + "': " + e.getMessage(), e);
      }
    }
    return calls;
  }

  /**
   * The sample that a folder holds. Its digest is that of its calls' digests.
   *
   * @param path what it is called
   * @throws UnreadableSampleException as {@link #read}
   */
  static Sample sample(Path folder, String path, IngestLimits limits)
      throws UnreadableSampleException, IOException {
    List<SampleContent.NamedArrays> calls = new ArrayList<>();
    Sha256Digest.Builder digest = new Sha256Digest.Builder();
    for (SortedMap<String, Tensor> call : read(folder, limits)) {
      calls.add(new SampleContent.NamedArrays(call));
      digest.field("call", SampleFiles.digest(call).hex());
    }
    return new Sample(
        digest.build(), path, new SampleContent.Calls(calls), SampleFiles.label(path));
  }

  /**
   * The path with all that lies in folders of steps left out, so that each such folder stands once.
   *
   * @param path of a file, relative to a folder, with {@code /}
   */
  static String around(String path) {
    int end = path.indexOf(SUFFIX + "/");
    return end < 0 ? path : path.substring(0, end + SUFFIX.length());
  }

  private static List<Path> files(Path folder) throws UnreadableSampleException, IOException {
    SortedMap<Integer, Path> numbered = new TreeMap<>();
    List<Path> found;
    try (Stream<Path> children = Files.list(folder)) {
      found = children.sorted().toList();
    }
    for (Path child : found) {
      String name = child.getFileName().toString();
      Matcher step = STEP.matcher(name);
      if (name.startsWith(".")) {
        continue;
      }
      if (!step.matches()) {
        throw new UnreadableSampleException(
            "a folder of steps holds files 0.npz, 1.npz and so on, but here is '" + name + "'.");
      }
      if (numbered.put(Integer.valueOf(step.group(1)), child) != null) {
        throw new UnreadableSampleException("'" + name + "' has the number of another file.");
      }
    }
    if (numbered.isEmpty()) {
      throw new UnreadableSampleException("the folder of steps holds no file such as 0.npz.");
    }
    int next = numbered.firstKey() == 0 ? 0 : 1;
    for (Map.Entry<Integer, Path> file : numbered.entrySet()) {
      if (file.getKey() != next) {
        throw new UnreadableSampleException("the folder of steps has no " + next + ".npz.");
      }
      next++;
    }
    return List.copyOf(numbered.values());
  }
}
