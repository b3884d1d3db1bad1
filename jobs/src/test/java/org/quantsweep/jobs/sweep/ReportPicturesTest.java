package org.quantsweep.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.quantsweep.report.picture.Pixels;

class ReportPicturesTest {
  private static Pixels gradient(int channels) {
    byte[] values = new byte[48 * 32 * channels];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (i / channels % 48 * 5 + i % channels * 3);
    }
    return new Pixels(48, 32, channels, values);
  }

  @Test
  void pngKeepsEveryPixelOfGreyAndColours() throws Exception {
    for (int channels : new int[] {1, 3}) {
      Pixels pixels = gradient(channels);
      byte[] file = new ReportPictures().png(pixels).orElseThrow();
      BufferedImage read = ImageIO.read(new ByteArrayInputStream(file));
      for (int y = 0; y < 32; y++) {
        for (int x = 0; x < 48; x++) {
          for (int channel = 0; channel < channels; channel++) {
            assertThat(read.getRaster().getSample(x, y, channel))
                .isEqualTo(pixels.at(x, y, channel));
          }
        }
      }
    }
  }

  @Test
  void jpegIsCloseAndTheSameEachTime() throws Exception {
    Pixels pixels = gradient(3);
    byte[] file = new ReportPictures().jpeg(pixels).orElseThrow();
    assertThat(new ReportPictures().jpeg(pixels).orElseThrow()).isEqualTo(file);
    BufferedImage read = ImageIO.read(new ByteArrayInputStream(file));
    assertThat(read.getRGB(20, 9) >> 16 & 0xff).isBetween(100 - 9, 100 + 9);
    // JFIF without a time or a comment.
    assertThat(new String(file, 6, 4, StandardCharsets.US_ASCII)).isEqualTo("JFIF");
  }
}
