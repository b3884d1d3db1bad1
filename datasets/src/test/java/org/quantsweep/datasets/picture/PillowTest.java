package org.quantsweep.datasets.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.testing.SharedData;

/** Against Pillow 11.3; made by {@code src/test/python/make_pillow_fixtures.py}. */
class PillowTest {
  private static final Path FIXTURES = Path.of("src/test/resources/pictures");

  @Test
  void decodesConvertsFitsAndResizesEqualToPillowToTheLastBit() throws Exception {
    check(FIXTURES.resolve("expected.csv"), FIXTURES);
  }

  /** Made by {@code src/test/python/make_odd_jpeg_fixtures.py}. */
  @Test
  void decodesWideTablesAndMissingEndsEqualToPillowToTheLastBit() throws Exception {
    Path odd = Path.of("src/test/resources/odd-pictures");
    check(odd.resolve("expected.csv"), odd);
  }

  @Test
  void preparesRealPhotographsEqualToPillowToTheLastBit() throws Exception {
    Path images = SharedData.path("images");
    check(FIXTURES.resolve("expected-shared.csv"), images);
  }

  private static void check(Path expected, Path folder) throws Exception {
    List<String> different = new ArrayList<>();
    List<String> lines = Files.readAllLines(expected);
    for (String line : lines) {
      String[] cells = line.split(",");
      byte[] bytes = Files.readAllBytes(folder.resolve(cells[0]));
      boolean exif = cells[2].equals("exif");
      Picture picture =
          PictureDecoder.decode(
              bytes, exif ? Orientation.EXIF : Orientation.AS_STORED, PictureLimits.DEFAULT);
      picture = cells[1].equals("L") ? picture.toGrey() : picture.toRgb();
      Fit fit =
          switch (cells[2]) {
            case "crop" -> Fit.CROP;
            case "letterbox" -> Fit.LETTERBOX;
            default -> Fit.STRETCH;
          };
      picture = fit.apply(picture, Integer.parseInt(cells[3]), Integer.parseInt(cells[4]));
      if (!Sha256Digest.of(picture.sharedValues()).hex().equals(cells[5])) {
        different.add(line);
      }
    }
    assertThat(different).isEmpty();
    assertThat(lines).isNotEmpty();
  }
}
