package org.quantsweep.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.quantsweep.BadInputException;
import org.quantsweep.datasets.picture.PictureLimits;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sample.UnreadableSampleException;

/** The samples of a folder or an {@code .npz} file on this machine, kept in memory undecoded. */
public final class LocalSamples implements SampleSource {
  private final SampleIndex index;
  private final Map<Sha256Digest, Sample> samples;
  private final List<Quarantined> quarantined;

  private LocalSamples(List<Sample> all, List<Quarantined> quarantined) {
    this.samples = new TreeMap<>();
    // The first path of equal contents names the sample, whatever the order of the files was.
    all.stream()
        .sorted(Comparator.comparing(Sample::path))
        .forEach(sample -> samples.putIfAbsent(sample.digest(), sample));
    this.index = SampleIndex.of(all.stream().map(Sample::digest).toList());
    this.quarantined = List.copyOf(quarantined);
  }

  /**
   * Reads a folder (recursively; pictures, {@code .npy} and {@code .npz} files, one sample each) or
   * an {@code .npz} file (one sample for each row).
   *
   * @throws BadInputException when there is no sample
   */
  public static LocalSamples read(Path source, PictureLimits limits) {
    List<Sample> all = new ArrayList<>();
    List<Quarantined> quarantined = new ArrayList<>();
    try {
      if (Files.isDirectory(source)) {
        for (Path file : files(source)) {
          String path = source.relativize(file).toString().replace('\\', '/');
          try {
            all.add(SampleFiles.check(path, Files.readAllBytes(file), limits).sample());
          } catch (UnreadableSampleException e) {
            quarantined.add(new Quarantined(path, e.getMessage()));
          }
        }
      } else if (!Files.exists(source)) {
        throw new BadInputException(
            source + ": there are no samples: the path does not exist.\nMaybe check --samples.");
      } else if (source.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
        all.addAll(SampleFiles.rows(source.getFileName().toString(), Files.readAllBytes(source)));
      }
    } catch (IOException e) {
      throw new BadInputException(
          source + ": the samples cannot be read (" + e.getMessage() + ").\nMaybe check --samples.",
          e);
    }
    if (all.isEmpty()) {
      throw new BadInputException(
          source
              + ": there are no samples here ("
              + quarantined.size()
              + " unreadable). Known are pictures (.jpg, .png, .bmp), .npy and .npz files.\n"
              + "Maybe check --samples.");
    }
    return new LocalSamples(all, quarantined);
  }

  /** The sample files below a folder, in the order of their paths. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> SampleFiles.isSample(file.getFileName().toString()))
          .sorted()
          .toList();
    }
  }

  @Override
  public SampleIndex index() {
    return index;
  }

  @Override
  public List<Sample> read(ShardId shard) {
    List<Sample> own = new ArrayList<>();
    for (int rank = 0; rank < index.size(); rank++) {
      if (index.shard(rank).equals(shard)) {
        own.add(samples.get(index.digest(rank)));
      }
    }
    return own;
  }

  /** Files that could not be read. */
  public List<Quarantined> quarantined() {
    return quarantined;
  }
}
