package org.quantsweep.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.sample.Sample;
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
        && isName(path.getFileName().toString())
        && Files.isDirectory(path);
  }

  /** Whether a folder of this name holds steps. */
  public static boolean isName(String folder) {
    return folder.endsWith(SUFFIX);
  }

  /**
   * The arrays of each call, in order.
   *
   * @throws UnreadableSampleException when a file has another name, one is missing, or cannot be
   *     read
   */
  public static List<SortedMap<String, Tensor>> read(Path folder, IngestLimits limits)
      throws UnreadableSampleException, IOException {
    return read(new LocalFiles(folder), limits);
  }

  /**
   * The sample that a folder holds. Its digest is that of its calls' digests.
   *
   * @param path what it is called
   * @throws UnreadableSampleException as {@link #read}
   */
  public static Sample sample(StepFiles files, String path, IngestLimits limits)
      throws UnreadableSampleException, IOException {
    return CallSamples.of(path, SampleFiles.label(path), read(files, limits));
  }

  /** As {@link #sample(StepFiles, String, IngestLimits)}, of a folder of this machine. */
  static Sample sample(Path folder, String path, IngestLimits limits)
      throws UnreadableSampleException, IOException {
    return sample(new LocalFiles(folder), path, limits);
  }

  private static List<SortedMap<String, Tensor>> read(StepFiles files, IngestLimits limits)
      throws UnreadableSampleException, IOException {
    List<SortedMap<String, Tensor>> calls = new ArrayList<>();
    long left = limits.arrays().bytes();
    for (String name : ordered(files.names())) {
      left -= files.size(name);
      if (left < 0) {
        throw new UnreadableSampleException(
            "its files have more bytes than the limit on arrays ("
                + limits.arrays().bytes()
                + ").");
      }
      try {
        calls.add(NpzReader.read(files.read(name), limits.arrays().bytes()));
      } catch (UnreadableSampleException e) {
        throw new UnreadableSampleException("'" + name + "': " + e.getMessage(), e);
      }
    }
    return calls;
  }

  /**
   * The path with all that lies in folders of steps left out, so that each such folder stands once.
   *
   * @param path of a file, relative to a folder, with {@code /}
   */
  public static String around(String path) {
    int end = path.indexOf(SUFFIX + "/");
    return end < 0 ? path : path.substring(0, end + SUFFIX.length());
  }

  private static List<String> ordered(List<String> found) throws UnreadableSampleException {
    SortedMap<Integer, String> numbered = new TreeMap<>();
    for (String name : found.stream().sorted().distinct().toList()) {
      Matcher step = STEP.matcher(name);
      if (name.startsWith(".")) {
        continue;
      }
      if (!step.matches()) {
        throw new UnreadableSampleException(
            "a folder of steps holds files 0.npz, 1.npz and so on, but here is '" + name + "'.");
      }
      if (numbered.put(Integer.valueOf(step.group(1)), name) != null) {
        throw new UnreadableSampleException("'" + name + "' has the number of another file.");
      }
    }
    if (numbered.isEmpty()) {
      throw new UnreadableSampleException("the folder of steps holds no file such as 0.npz.");
    }
    int next = numbered.firstKey() == 0 ? 0 : 1;
    for (int number : numbered.keySet()) {
      if (number != next) {
        throw new UnreadableSampleException("the folder of steps has no " + next + ".npz.");
      }
      next++;
    }
    return List.copyOf(numbered.values());
  }

  /** A folder of this machine. */
  private record LocalFiles(Path folder) implements StepFiles {
    @Override
    public List<String> names() throws IOException {
      try (Stream<Path> children = Files.list(folder)) {
        return children.map(child -> child.getFileName().toString()).toList();
      }
    }

    @Override
    public long size(String name) throws IOException {
      return Files.size(folder.resolve(name));
    }

    @Override
    public byte[] read(String name) throws IOException {
      return Files.readAllBytes(folder.resolve(name));
    }
  }
}
