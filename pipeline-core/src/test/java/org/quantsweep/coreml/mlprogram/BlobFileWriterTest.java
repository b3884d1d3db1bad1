package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.coreml.Programs;
import org.quantsweep.tensor.Shape;

/** Files of constants, against bytes that coremltools 9.0 writes. */
class BlobFileWriterTest {
  private static TensorValue codes(DataType type, long... values) {
    return TensorValue.integers(type, Shape.of(values.length), values);
  }

  private static byte[] bytes(FileContent content) throws IOException {
    try (InputStream in = content.open()) {
      return in.readAllBytes();
    }
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Test
  void aFileAsCoremltoolsWritesIt() throws IOException {
    BlobFileWriter writer = new BlobFileWriter();

    assertThat(writer.add(codes(DataType.UINT3, 1, 2, 3, 4, 5))).isEqualTo(64);
    assertThat(writer.add(codes(DataType.INT4, -8, 7, -1))).isEqualTo(192);
    TensorValue halves =
        TensorValue.floats(DataType.FLOAT16, Shape.of(2), () -> new float[] {1, 2});
    assertThat(writer.add(halves)).isEqualTo(320);
    assertThat(bytes(writer.content()))
        .isEqualTo(
            Programs.blobFile(
                new Programs.Blob(12, hex("d158"), 1),
                new Programs.Blob(8, hex("780f"), 4),
                new Programs.Blob(1, hex("003c0040"), 0)));
  }

  @Test
  void everyTypeComesBack() throws Exception {
    BlobFileWriter writer = new BlobFileWriter();
    for (DataType type : DataType.values()) {
      if (type == DataType.STRING || type == DataType.BOOL || type.bits() == 64) {
        continue;
      }
      TensorValue value =
          type.isFloat()
              ? TensorValue.floats(
                  type, Shape.of(3), () -> new float[] {-1.5f, 0, Float.NEGATIVE_INFINITY})
              : codes(type, type.isSigned() ? -1 : 1, 0, 1);
      long offset = writer.add(value);

      BlobFile file = BlobFile.open("weight.bin", writer.content());
      assertThat(file.value(offset, type, Shape.of(3)).holdsSameAs(value)).as("%s", type).isTrue();
    }
  }

  @Test
  void equalBlobsAreStoredOnce() throws IOException {
    BlobFileWriter writer = new BlobFileWriter();
    long first = writer.add(codes(DataType.UINT8, 1, 2));
    long other = writer.add(codes(DataType.INT8, 1, 2));

    assertThat(writer.add(codes(DataType.UINT8, 1, 2))).isEqualTo(first);
    // A shape is no part of a blob.
    TensorValue column = TensorValue.integers(DataType.UINT8, Shape.of(2, 1), 1, 2);
    assertThat(writer.add(column)).isEqualTo(first);
    assertThat(writer.add(codes(DataType.UINT4, 1, 2))).isNotIn(first, other);
    assertThat(bytes(writer.content())[0]).isEqualTo((byte) 3);
  }

  @Test
  void anyPartIsReadWhereItLies() throws Exception {
    BlobFileWriter writer = new BlobFileWriter();
    writer.add(codes(DataType.UINT8, 1, 2, 3));
    writer.add(codes(DataType.INT16, 400, -1));
    FileContent content = writer.content();
    byte[] whole = bytes(content);

    for (int start = 0; start < whole.length; start += 13) {
      for (int length : List.of(0, 1, 70, whole.length - start)) {
        if (start + length <= whole.length) {
          assertThat(content.read(start, length))
              .isEqualTo(Arrays.copyOfRange(whole, start, start + length));
        }
      }
    }
    assertThatThrownBy(() -> content.read(whole.length - 1, 2)).isInstanceOf(IOException.class);
    assertThat(content.size().bytes()).isEqualTo(whole.length);
    assertThat(content.digest()).isEqualTo(FileContent.of(whole).digest());
    assertThat(sent(content).digest()).isEqualTo(content.digest());
    assertThat(bytes(sent(content))).isEqualTo(whole);
  }

  private static FileContent sent(FileContent content) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(content);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (FileContent) in.readObject();
    }
  }

  @Test
  void whatFilesCannotHoldIsRefused() {
    BlobFileWriter writer = new BlobFileWriter();

    assertThatThrownBy(() -> writer.add(codes(DataType.BOOL, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bool cannot lie in a file of constants.");
    assertThatThrownBy(() -> writer.add(codes(DataType.INT4, 7, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number (8) at place 1 is none of type int4.");
    assertThatThrownBy(() -> writer.add(codes(DataType.UINT8, -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number (-1) at place 0 is none of type uint8.");
  }
}
