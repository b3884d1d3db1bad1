package org.quantsweep.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.quantsweep.BadInputException;
import org.quantsweep.LfsPointer;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * The samples below local folders (recursive, in the order of their paths; the first sub-folder is
 * the label), in single files, in folders of steps, or in {@code .npz} files whose arrays' first
 * axis counts samples. Files of a folder are read again, a shard at a time; what an {@code .npz}
 * set holds stays in memory.
 */
public final class LocalSamples implements SampleSource {
  private final IngestLimits limits;
  private final Map<Sha256Digest, Place> places = new HashMap<>();
  private final Map<Sha256Digest, Sample> held = new HashMap<>();
  private final List<Sha256Digest> digests = new ArrayList<>();
  private final List<QuarantinedSample> quarantined = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();
  private final SampleIndex index;

  /** A file, by its path relative to the source's folder. */
  private record Place(Path folder, String path) {}

  private LocalSamples(List<Path> sources, IngestLimits limits) {
    this.limits = limits;
    for (Path source : sources) {
      int before = digests.size() + quarantined.size();
      try {
        add(source);
      } catch (IOException e) {
        throw new BadInputException(
            "samples '" + source + "' cannot be read (" + e + ").\nMaybe check permissions.", e);
      }
      if (digests.size() + quarantined.size() == before) {
        throw new BadInputException(
            "samples '"
                + source
                + "': no file of a known kind (JPEG, PNG, BMP, .npy, .npz) is in it."
                + remarks.stream().map(remark -> "\n  " + remark).collect(Collectors.joining())
                + "\nMaybe name another folder.");
      }
    }
    if (digests.isEmpty()) {
      throw new BadInputException(
          "samples '"
              + sources.get(0)
              + "': there are no samples here, only "
              + quarantined.size()
              + " that cannot be read:"
              + Quarantine.lines(unreadable())
              + "\nMaybe name another folder.");
    }
    index = SampleIndex.of(digests);
  }

  private void add(Path source) throws IOException {
    if (!Files.exists(source)) {
      throw new BadInputException(
          "samples '"
              + source
              + "': there is no such file or folder.\nMaybe the path is misspelt.");
    }
    if (!Files.isDirectory(source) && !Files.isRegularFile(source)) {
      throw new BadInputException(
          "samples '"
              + source
              + "': this is neither a file nor a folder, but a pipe, a socket or a device."
              + "\nMaybe write its content into a file first.");
    }
    boolean single = !Files.isDirectory(source) || StepFolder.is(source);
    Path folder = single ? source.toAbsolutePath().getParent() : source;
    if (single && source.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
      readSet(source);
      return;
    }
    for (String path : single ? List.of(source.getFileName().toString()) : list(source)) {
      check(new Place(folder, path));
    }
  }

  /**
   * Reads and checks every sample once: what cannot be decoded in full is quarantined.
   *
   * @throws BadInputException when there is nothing there, or no sample in it
   */
  public static LocalSamples read(Path folderOrFile, IngestLimits limits) {
    return read(List.of(folderOrFile), limits);
  }

  /**
   * The samples of several sources as one set; what is in two of them counts twice.
   *
   * @throws BadInputException when there is nothing there, or no sample in one of them
   */
  public static LocalSamples read(List<Path> foldersOrFiles, IngestLimits limits) {
    return new LocalSamples(foldersOrFiles, limits);
  }

  /** What could not be read, in the order of paths. */
  public List<QuarantinedSample> quarantined() {
    return List.copyOf(quarantined);
  }

  /** What was left out, and what is odd about samples that were taken. */
  public List<String> remarks() {
    return List.copyOf(remarks);
  }

  @Override
  public List<String> unreadable() {
    return quarantined.stream().map(QuarantinedSample::line).toList();
  }

  @Override
  public SampleIndex index() {
    return index;
  }

  @Override
  public List<Sample> read(ShardId shard) {
    List<Sample> samples = new ArrayList<>();
    for (int rank = index.first(shard); rank < index.end(shard); rank++) {
      samples.add(sample(index.digest(rank)));
    }
    return samples;
  }

  private Sample sample(Sha256Digest digest) {
    Sample kept = held.get(digest);
    if (kept != null) {
      return kept;
    }
    Place place = places.get(digest);
    String path = place.path();
    try {
      Path file = place.folder().resolve(path);
      Sample sample =
          StepFolder.is(file)
              ? StepFolder.sample(file, path, limits)
              : SampleFiles.read(path, Files.readAllBytes(file), SampleFiles.label(path), limits);
      if (sample.digest().equals(digest)) {
        return sample;
      }
    } catch (IOException | UnreadableSampleException e) {
      throw changed(place, e);
    }
    throw changed(place, null);
  }

  private static BadInputException changed(Place place, Exception cause) {
    return new BadInputException(
        "sample '"
            + place.path()
            + "' of '"
            + place.folder()
            + "' changed after it was checked: its content has another digest or is gone."
            + "\nMaybe run again while nothing writes there.",
        cause);
  }

  private void readSet(Path file) throws IOException {
    String name = file.getFileName().toString();
    try {
      if (Files.size(file) > limits.arrays().bytes()) {
        throw new UnreadableSampleException("the file is larger than the limit on arrays.");
      }
      for (Sample sample :
          SampleFiles.split(
              name, NpzReader.read(Files.readAllBytes(file), limits.arrays().bytes()))) {
        digests.add(sample.digest());
        held.putIfAbsent(sample.digest(), sample);
      }
    } catch (UnreadableSampleException e) {
      throw new BadInputException(
          "samples '"
              + file
              + "': "
              + e.getMessage()
              + "\n"
              + (LfsPointer.WHAT.equals(e.getMessage())
                  ? LfsPointer.CURE
                  : "Maybe write it with numpy.savez."),
          e);
    }
  }

  private void check(Place place) throws IOException {
    String path = place.path();
    Path file = place.folder().resolve(path);
    try {
      if (StepFolder.is(file)) {
        add(StepFolder.sample(file, path, limits).digest(), place);
        return;
      }
      long most = Math.max(limits.picture().encodedSize().bytes(), limits.arrays().bytes());
      long size = Files.size(file);
      if (size > most) {
        throw new UnreadableSampleException(
            "the file has " + size + " bytes, more than the limit on samples (" + most + ").");
      }
      Sample sample =
          SampleFiles.readAndCheck(path, Files.readAllBytes(file), SampleFiles.label(path), limits);
      SampleFiles.remark(sample, limits).ifPresent(remarks::add);
      add(sample.digest(), place);
    } catch (UnreadableSampleException e) {
      quarantined.add(new QuarantinedSample(path, e.getMessage()));
    }
  }

  private void add(Sha256Digest digest, Place place) {
    digests.add(digest);
    places.putIfAbsent(digest, place);
  }

  private List<String> list(Path folder) throws IOException {
    SampleSelection selection = new SampleSelection();
    FolderWalk walk = FolderWalk.of(folder);
    List<String> paths =
        walk.files().stream()
            .map(file -> folder.relativize(file.path()).toString().replace('\\', '/'))
            .filter(selection::takes)
            .map(StepFolder::around)
            .distinct()
            .sorted()
            .toList();
    remarks.addAll(selection.remarks());
    remarks.addAll(walk.passedOver());
    return paths;
  }
}
