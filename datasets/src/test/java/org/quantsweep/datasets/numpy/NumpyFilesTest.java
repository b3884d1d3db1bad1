package org.quantsweep.datasets.numpy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.BadInputException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Fixtures are NumPy's, made by {@code src/test/python/make_numpy_fixtures.py}. */
class NumpyFilesTest {
  private static final Path FIXTURES = Path.of("src/test/resources/numpy");
  private static final Tensor VALUES =
      Tensor.wrap(Shape.of(2, 3), new float[] {0, 1, 2, 100, 5, 127});

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f2",
        "f4",
        "f8",
        "i1",
        "i2",
        "i4",
        "i8",
        "u1",
        "u2",
        "u4",
        "u8",
        "big-u4",
        "big-u8",
        "big-f4",
        "big-i2",
        "f4-fortran"
      })
  void readsEveryTypeAndOrder(String name) throws Exception {
    assertThat(NpyReader.read(Files.readAllBytes(FIXTURES.resolve(name + ".npy"))))
        .isEqualTo(VALUES);
  }

  @Test
  void readsBooleansAsZeroAndOne() throws Exception {
    assertThat(NpyReader.read(Files.readAllBytes(FIXTURES.resolve("bool.npy"))))
        .isEqualTo(Tensor.wrap(Shape.of(2, 3), new float[] {0, 0, 0, 1, 0, 1}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"stored.npz", "compressed.npz"})
  void readsNamedArrays(String name) throws Exception {
    assertThat(NpzReader.read(Files.readAllBytes(FIXTURES.resolve(name)), 10_000))
        .containsExactly(java.util.Map.entry("a", VALUES), java.util.Map.entry("b", VALUES));
  }

  @Test
  void roundsUnsignedNumbersAsNumpyDoes() throws Exception {
    assertThat(NpyReader.read(Files.readAllBytes(FIXTURES.resolve("large-u8.npy"))))
        .isEqualTo(NpyReader.read(Files.readAllBytes(FIXTURES.resolve("large-u8-as-f4.npy"))));
  }

  @Test
  void leavesOutWhatIsNoArrayOfNumbers() throws Exception {
    assertThat(NpzReader.read(Files.readAllBytes(FIXTURES.resolve("beside.npz")), 10_000))
        .containsExactly(java.util.Map.entry("a", VALUES));
    byte[] onlyText = Files.readAllBytes(FIXTURES.resolve("only-text.npz"));
    assertThatThrownBy(() -> NpzReader.read(onlyText, 10_000))
        .hasMessage("'text.npy': the .npy holds values of type '<U3', which are no real numbers.");
  }

  @Test
  void refusesWhatATaskCannotHold() {
    TaskMemory.require(1000, 1000);
    assertThatThrownBy(() -> TaskMemory.require(1001, 1000))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "the arrays of a file need 1001 bytes or more, but a task has 1000 for them.\n"
                + "Maybe give more memory, for example with QUANTSWEEP_JAVA_OPTIONS=-Xmx8g, or"
                + " leave the file out.");
  }

  @Test
  void stopsExpandingAFileThatATaskCannotHold() throws Exception {
    long share = Runtime.getRuntime().maxMemory() / 2 / Runtime.getRuntime().availableProcessors();
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (java.util.zip.ZipOutputStream zip = new java.util.zip.ZipOutputStream(bomb)) {
      zip.setLevel(1);
      zip.putNextEntry(new java.util.zip.ZipEntry("x.npy"));
      byte[] zeros = new byte[1 << 20];
      for (long written = 0; written < Math.max(share, 64L << 20) + (1 << 20); ) {
        zip.write(zeros);
        written += zeros.length;
      }
    }
    assertThatThrownBy(() -> NpzReader.read(bomb.toByteArray(), Long.MAX_VALUE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(" bytes or more, but a task has ");
  }

  @Test
  void writesTheBytesThatNumpyWrites() throws Exception {
    assertThat(NpyWriter.write(VALUES)).isEqualTo(Files.readAllBytes(FIXTURES.resolve("f4.npy")));
  }

  @Test
  void writesTheSameZipTwiceAndReadsItBack() throws Exception {
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    ByteArrayOutputStream second = new ByteArrayOutputStream();
    new NpzWriter().add("x", VALUES).add("n", new long[] {7}).writeTo(first);
    new NpzWriter().add("n", new long[] {7}).add("x", VALUES).writeTo(second);
    assertThat(first.toByteArray()).isEqualTo(second.toByteArray());
    assertThat(NpzReader.read(first.toByteArray(), 10_000).get("x")).isEqualTo(VALUES);
  }

  @Test
  void writesTextsAsUtf32() {
    byte[] bytes = NpyWriter.write(List.of("é"));
    assertThat(new String(bytes, 10, 60, java.nio.charset.StandardCharsets.US_ASCII))
        .startsWith("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }");
    assertThat(Arrays.copyOfRange(bytes, bytes.length - 4, bytes.length))
        .containsExactly(0xE9, 0, 0, 0);
  }

  @Test
  void refusesATruncatedArrayAndAZipThatIsTooLarge() throws Exception {
    byte[] whole = Files.readAllBytes(FIXTURES.resolve("f4.npy"));
    assertThatThrownBy(() -> NpyReader.read(Arrays.copyOf(whole, whole.length - 1)))
        .hasMessage(
            "the .npy is truncated: its shape [2, 3] needs more numbers than the 5 that are"
                + " there.");
    byte[] zip = Files.readAllBytes(FIXTURES.resolve("stored.npz"));
    assertThatThrownBy(() -> NpzReader.read(zip, 100))
        .hasMessage("the .npz has more than 100 bytes when decompressed, the limit.");
  }
}
