package org.quantsweep.jobs.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.quantsweep.BadInputException;
import org.quantsweep.PublishingException;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.files.HadoopStorage;
import org.quantsweep.jobs.page.ReportPage;
import org.quantsweep.jobs.sweep.OutputFolder;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.Provenance;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.report.Certificate;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;

/** Publishes the model that a sweep chose, with its evidence and the page that shows it. */
public final class PublishSweep {
  private static final ByteSize LARGEST_TEXT = new ByteSize(64L << 20);

  private PublishSweep() {}

  /**
   * Publishes what a sweep left in its output folder, and says so in the result that lies there.
   *
   * @param result of that sweep; its settings are the provenance's
   * @throws UsageException when that sweep found none acceptable
   * @throws BadInputException when its result rests on no samples
   */
  public static SweepResult publish(
      String output, SweepResult result, String address, Configuration configuration) {
    RegistryAddress target = RegistryAddress.parse(address);
    result.requireJudged(output);
    if (result.selected() == null) {
      throw new UsageException(
          output
              + ": this sweep found none acceptable: there is nothing to publish.\nMaybe "
              + (result.largestSize().isPresent()
                  ? "raise --largest-size."
                  : "lower --agreement."));
    }
    ModelFiles files =
        read(new Path(FileAddress.hadoop(output), result.selected().file()), configuration);
    NamedModel model = new NamedModel(result.selected().file(), files);
    if (!files.digest().hex().equals(result.selected().sha256())) {
      throw new PublishingException(
          output
              + ": the chosen file has SHA-256 "
              + files.digest()
              + ", but the result says "
              + result.selected().sha256()
              + ": it is not what was judged.\nMaybe sweep again.");
    }
    Provenance provenance =
        new Provenance(
            new Provenance.SourceModel(
                result.sourceModel().name(), new Sha256Digest(result.sourceModel().sha256())),
            sampleSets(result.samples()),
            settings(result),
            codeVersion(),
            new Provenance.Engine(
                InferenceEngines.onnxRuntime().identity(), System.getProperty("os.arch")),
            Instant.now(),
            host());
    List<EvidenceFile> evidence = new ArrayList<>();
    // Where an earlier publication went is no evidence of this one.
    SweepResult unpublished = result.withPublished(null);
    evidence.add(new EvidenceFile(ResultFile.NAME, ResultFile.toJson(unpublished)));
    OutputFolder folder = new OutputFolder(output, configuration);
    Optional<String> shown = folder.evidence(result);
    if (shown.isPresent()) {
      evidence.add(new EvidenceFile(EvidenceBundle.FILE, shown.get()));
      EvidenceBundle bundle = BundleFile.fromJson(shown.get(), EvidenceBundle.FILE);
      evidence.add(new EvidenceFile(ReportPage.FILE, ReportPage.of(unpublished, bundle)));
    }
    if (result.recipe() != null) {
      Path recipe = new Path(FileAddress.hadoop(output), result.recipe().file());
      evidence.add(new EvidenceFile(result.recipe().file(), text(recipe, configuration)));
    }
    PublishedVersion version =
        target.open(configuration).publish(target.name(), model, provenance, evidence);
    SweepResult published =
        result.withPublished(
            new SweepResult.Published(target.registry(), target.name().text(), version.version()));
    try {
      folder.rewrite(published);
    } catch (BadInputException e) {
      throw new PublishingException(
          output
              + ": this is published as version "
              + version.version()
              + " of '"
              + target.name()
              + "', but its result cannot say so.\nMaybe make the folder writable and publish"
              + " again: it stays one version.",
          e);
    }
    return published;
  }

  /** Those of the sweep; a result of an earlier version tells a few of them only. */
  private static SortedMap<String, String> settings(SweepResult result) {
    if (!result.settings().isEmpty()) {
      return result.settings();
    }
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("criterion", result.criterion());
    settings.put("agreement", result.threshold());
    Certificate certificate = result.certificate();
    if (certificate != null) {
      boolean perTensor = certificate.strategy() != null;
      settings.put("family", perTensor ? "per-tensor" : "uniform");
      if (perTensor) {
        settings.put("strategy", certificate.strategy());
      }
      if (certificate.confirmation() != null) {
        settings.put("acceptance", certificate.confirmation().rule());
        settings.put("confidence", Double.toString(certificate.confirmation().confidence()));
      }
    }
    return settings;
  }

  /** Each part by its role; a result without parts has selected on all of its samples. */
  private static List<Provenance.SampleSet> sampleSets(SweepResult.Samples samples) {
    List<Provenance.SampleSet> sets = new ArrayList<>();
    new TreeMap<>(samples.splits())
        .forEach(
            (role, part) ->
                sets.add(
                    new Provenance.SampleSet(
                        role,
                        new Sha256Digest(part.setDigest()),
                        Math.toIntExact(part.samples()))));
    if (sets.isEmpty()) {
      sets.add(
          new Provenance.SampleSet(
              "selection", new Sha256Digest(samples.setDigest()), Math.toIntExact(samples.n())));
    }
    return sets;
  }

  private static ModelFiles read(Path file, Configuration configuration) {
    try {
      return new HadoopStorage(configuration).read(file.toString());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String text(Path file, Configuration configuration) {
    try {
      byte[] bytes = read(file, configuration).content().readAll(LARGEST_TEXT);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static PublishingException unreadable(Path file, IOException e) {
    return new PublishingException(
        file + ": the chosen model cannot be read (" + e.getMessage() + ").\nMaybe sweep again.",
        e);
  }

  private static String codeVersion() {
    String version = PublishSweep.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0-SNAPSHOT" : version;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
