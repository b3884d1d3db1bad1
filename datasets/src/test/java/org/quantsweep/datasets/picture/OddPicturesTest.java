package org.quantsweep.datasets.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.sample.UnreadableSampleException;

/** Pictures that lack their end, and files that are something else than their name says. */
class OddPicturesTest {
  private static final Path ODD = Path.of("src/test/resources/odd-pictures");

  @Test
  void saysWhichPicturesLackTheirEnd() throws IOException, UnreadableSampleException {
    for (String name : new String[] {"zeros-for-end.jpg", "no-end.jpg"}) {
      assertThat(PictureDecoder.lacksEnd(bytes(name), PictureLimits.DEFAULT)).isTrue();
    }
    assertThat(PictureDecoder.lacksEnd(bytes("wide-grey.jpg"), PictureLimits.DEFAULT)).isFalse();
  }

  @Test
  void refusesAPictureWhoseLastRowsAreMissing() throws IOException {
    byte[] whole = bytes("no-end.jpg");
    // The last two bytes would hold the last rows' end; 100 hold a good part of them.
    for (int missing : new int[] {100, 500}) {
      byte[] cut = Arrays.copyOf(whole, whole.length - missing);
      assertThatThrownBy(() -> decode(cut))
          .isInstanceOf(UnreadableSampleException.class)
          .hasMessage(
              "the JPEG is truncated: it ends after "
                  + cut.length
                  + " bytes without an end marker (FFD9).");
    }
  }

  @Test
  void refusesAProgressivePictureWithoutEndSinceScansMayBeMissing() throws IOException {
    byte[] whole = bytes("wide-progressive.jpg");
    byte[] cut = Arrays.copyOf(whole, whole.length - 2);
    assertThatThrownBy(() -> decode(cut))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage(
            "the JPEG is truncated: it ends after "
                + cut.length
                + " bytes without an end marker (FFD9).");
  }

  @ParameterizedTest
  @CsvSource({
    "RIFF\\0\\0\\0\\0WEBPVP8 , WebP",
    "GIF89a, GIF",
    "II*\\0, TIFF",
    "MM\\0*, TIFF",
    "\\0\\0\\0 ftypheic, HEIC",
    "\\0\\0\\0 ftypavif, AVIF",
    "<!DOCTYPE html>, HTML"
  })
  void saysWhatAFileIsThatIsNoPictureOfOurs(String beginning, String format) {
    byte[] bytes = beginning.replace("\\0", "\0").getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(UnreadableSampleException.class)
        .hasMessage("not a JPEG, PNG or BMP, whatever its name says: it is a " + format + " file.");
  }

  private static Picture decode(byte[] bytes) throws UnreadableSampleException {
    return PictureDecoder.decode(bytes, Orientation.AS_STORED, PictureLimits.DEFAULT);
  }

  private static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(ODD.resolve(name));
  }
}
