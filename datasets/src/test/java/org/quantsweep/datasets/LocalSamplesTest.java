package org.quantsweep.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.ShardId;

class LocalSamplesTest {
  private static final Path PICTURES = Path.of("src/test/resources/pictures");
  private static final Path ARRAYS = Path.of("src/test/resources/numpy");

  @TempDir Path folder;

  @Test
  void countsDuplicatesAndQuarantinesWhatCannotBeRead() throws Exception {
    Files.createDirectories(folder.resolve("né/deep"));
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    Files.write(folder.resolve("né/deep/図.jpg"), jpeg);
    Files.write(folder.resolve("copy.jpg"), jpeg);
    Files.copy(ARRAYS.resolve("f4.npy"), folder.resolve("array.npy"));
    Files.write(folder.resolve("truncated.jpg"), Arrays.copyOf(jpeg, 1000));
    Files.write(folder.resolve("zero-bytes.png"), new byte[0]);
    Files.writeString(folder.resolve("text-named.jpg"), "hello");
    Files.writeString(folder.resolve("notes.txt"), "no sample");

    LocalSamples samples = LocalSamples.read(folder, IngestLimits.DEFAULT);

    assertThat(samples.index().total()).isEqualTo(3);
    assertThat(samples.index().size()).isEqualTo(2);
    assertThat(samples.quarantined())
        .containsExactly(
            new QuarantinedSample(
                "text-named.jpg",
                "not a JPEG, PNG or BMP: no such file begins with the bytes (68 65 6c 6c)."),
            new QuarantinedSample(
                "truncated.jpg",
                "the JPEG is truncated: it ends after 1000 bytes without an end marker (FFD9)."),
            new QuarantinedSample("zero-bytes.png", "the file is empty (0 bytes)."));
    List<Sample> all = new ArrayList<>();
    for (int shard = 0; shard < samples.index().shards(); shard++) {
      all.addAll(samples.read(new ShardId(shard)));
    }
    assertThat(all).extracting(Sample::path).containsExactlyInAnyOrder("copy.jpg", "array.npy");
    assertThat(all).extracting(Sample::digest).isSorted();
  }

  @Test
  void saysWhatItLeavesOutAndPassesOverWhatMacOsAdds() throws Exception {
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    Files.write(folder.resolve("12:30:05.jpg"), jpeg);
    Files.copy(Path.of("src/test/resources/odd-pictures/no-end.jpg"), folder.resolve("camera.jpg"));
    Files.write(folder.resolve("._camera.jpg"), new byte[] {0, 5, 22, 7});
    Files.write(Files.createDirectory(folder.resolve("__MACOSX")).resolve("a.jpg"), jpeg);
    for (String other : List.of("a.webp", "b.WebP", "c.heic", "d.tiff")) {
      Files.write(folder.resolve(other), new byte[] {1});
    }
    Files.writeString(
        folder.resolve("large.npy"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");

    LocalSamples samples = LocalSamples.read(folder, IngestLimits.DEFAULT);

    assertThat(samples.index().total()).isEqualTo(2);
    assertThat(samples.quarantined())
        .containsExactly(
            new QuarantinedSample(
                "large.npy", "it is a Git LFS pointer, not the file that it stands for."));
    assertThat(samples.remarks())
        .containsExactly(
            "left out, since such files are not read: 1 .heic, 1 .tiff, 2 .webp (JPEG, PNG, BMP,"
                + " .npy and .npz are)",
            "camera.jpg: the JPEG has no end marker (FFD9), but all of its rows are there");
  }

  @Test
  void tellsOfAFolderThatHoldsOtherPicturesOnly() throws Exception {
    Files.write(folder.resolve("a.webp"), new byte[] {1});
    assertThatThrownBy(() -> LocalSamples.read(folder, IngestLimits.DEFAULT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "samples '"
                + folder
                + "': no file of a known kind (JPEG, PNG, BMP, .npy, .npz) is in it.\n"
                + "  left out, since such files are not read: 1 .webp (JPEG, PNG, BMP, .npy and"
                + " .npz are)\nMaybe name another folder.");
  }

  @Test
  void namesThatTheLocaleCannotHoldAreNeverLeftOutInSilence() {
    String unreadable = "caf\uFFFD\uFFFD.jpg";
    SampleSelection.requireCharacters(unreadable, StandardCharsets.UTF_8);
    SampleSelection.requireCharacters("cafe.jpg", StandardCharsets.US_ASCII);
    assertThatThrownBy(
            () -> SampleSelection.requireCharacters(unreadable, StandardCharsets.US_ASCII))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "caf??.jpg: this name has characters beyond US-ASCII, in which Java reads names here,"
                + " since it takes that from the locale.\nMaybe set LC_ALL=C.UTF-8.");
  }

  @Test
  void aFolderOfStepsIsOneSample() throws Exception {
    Path steps = Files.createDirectories(folder.resolve("speech/a.steps"));
    Files.copy(ARRAYS.resolve("stored.npz"), steps.resolve("1.npz"));
    Files.copy(ARRAYS.resolve("stored.npz"), steps.resolve("2.npz"));
    Files.writeString(steps.resolve(".DS_Store"), "a window's place");
    Files.copy(ARRAYS.resolve("f4.npy"), folder.resolve("array.npy"));
    Path other = Files.createDirectories(folder.resolve("b.steps"));
    Files.copy(ARRAYS.resolve("stored.npz"), other.resolve("0.npz"));
    Files.copy(ARRAYS.resolve("stored.npz"), other.resolve("first.npz"));
    Path doubled = Files.createDirectories(folder.resolve("c.steps"));
    Files.copy(ARRAYS.resolve("stored.npz"), doubled.resolve("1.npz"));
    Files.copy(ARRAYS.resolve("stored.npz"), doubled.resolve("01.npz"));

    LocalSamples samples = LocalSamples.read(folder, IngestLimits.DEFAULT);

    assertThat(samples.quarantined())
        .containsExactly(
            new QuarantinedSample(
                "b.steps",
                "a folder of steps holds files 0.npz, 1.npz and so on, but here is 'first.npz'."),
            new QuarantinedSample("c.steps", "'1.npz' has the number of another file."));
    List<Sample> all = new ArrayList<>();
    for (int shard = 0; shard < samples.index().shards(); shard++) {
      all.addAll(samples.read(new ShardId(shard)));
    }
    assertThat(all)
        .extracting(Sample::path)
        .containsExactlyInAnyOrder("speech/a.steps", "array.npy");
    Sample calls = all.stream().filter(each -> each.path().endsWith("steps")).findFirst().get();
    assertThat(((SampleContent.Calls) calls.content()).calls()).hasSize(2);
    assertThat(calls.label()).isEqualTo("speech");
    LocalSamples alone = LocalSamples.read(steps, IngestLimits.DEFAULT);
    assertThat(alone.index().digest(0)).isEqualTo(calls.digest());
  }

  @Test
  void aSetThatGitLfsHasNotBroughtIsSaid() throws Exception {
    Path set = folder.resolve("set.npz");
    Files.writeString(set, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    assertThatThrownBy(() -> LocalSamples.read(set, IngestLimits.DEFAULT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "samples '"
                + set
                + "': it is a Git LFS pointer, not the file that it stands for.\n"
                + "Maybe run git lfs pull in its folder.");
  }

  @Test
  void splitsAnNpzAlongTheFirstAxis() {
    LocalSamples samples = LocalSamples.read(ARRAYS.resolve("stored.npz"), IngestLimits.DEFAULT);
    assertThat(samples.index().total()).isEqualTo(2);
    assertThat(samples.read(new ShardId(0))).hasSize(1);
  }

  @Test
  void joinsSourcesIntoOneSetInWhichDuplicatesCount() throws Exception {
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("rgb-444.jpg"));
    Files.createDirectories(folder.resolve("one"));
    Files.createDirectories(folder.resolve("two"));
    Files.write(folder.resolve("one/a.jpg"), jpeg);
    Files.write(folder.resolve("two/b.jpg"), jpeg);
    Files.write(folder.resolve("two/bad.jpg"), new byte[0]);
    Files.copy(PICTURES.resolve("grey.png"), folder.resolve("two/c.png"));
    LocalSamples samples =
        LocalSamples.read(
            List.of(folder.resolve("one"), folder.resolve("two"), ARRAYS.resolve("stored.npz")),
            IngestLimits.DEFAULT);
    assertThat(samples.index().total()).isEqualTo(5);
    assertThat(samples.index().size()).isEqualTo(4);
    assertThat(samples.quarantined())
        .containsExactly(new QuarantinedSample("bad.jpg", "the file is empty (0 bytes)."));
    List<String> paths = new ArrayList<>();
    for (int shard = 0; shard < samples.index().shards(); shard++) {
      samples.read(new ShardId(shard)).forEach(sample -> paths.add(sample.path()));
    }
    assertThat(paths).containsExactlyInAnyOrder("a.jpg", "c.png", "stored.npz[0]", "stored.npz[1]");
  }

  @Test
  void refusesAFolderOfWhichNothingCanBeRead() throws Exception {
    Files.write(folder.resolve("a.png"), new byte[0]);
    Files.write(folder.resolve("b.png"), new byte[0]);
    assertThatThrownBy(() -> LocalSamples.read(folder, IngestLimits.DEFAULT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "samples '"
                + folder
                + "': there are no samples here, only 2 that cannot be read:\n"
                + "  a.png: the file is empty (0 bytes).\n"
                + "  b.png: the file is empty (0 bytes).\nMaybe name another folder.");
  }

  @Test
  void refusesAFolderThatIsNotThere() {
    assertThatThrownBy(() -> LocalSamples.read(Path.of("no-such-folder"), IngestLimits.DEFAULT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "samples 'no-such-folder': there is no such file or folder."
                + "\nMaybe the path is misspelt.");
  }
}
