package org.quantsweep.report.picture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Eight by eight pixels, whose colours and greys are counted by hand. */
class DenseDrawingTest {
  private static DenseArray array(int channels, float... first) {
    float[] values = new float[channels * 64];
    System.arraycopy(first, 0, values, 0, first.length);
    return DenseArray.of(Tensor.wrap(Shape.of(1, channels, 8, 8), values)).orElseThrow();
  }

  @Test
  void aPictureIsShownAsAScreenShowsIt() {
    Pixels pixels =
        DenseDrawing.ofPictures(8).output(array(3, -5, 0.4f, 254.6f, 300, Float.NaN, 128));
    assertThat(pixels.channels()).isEqualTo(3);
    int[] red = new int[6];
    for (int x = 0; x < 6; x++) {
      red[x] = pixels.at(x, 0, 0);
    }
    assertThat(red).containsExactly(0, 0, 255, 255, 0, 128);
  }

  @Test
  void aDifferenceIsFourTimesAsBrightAsItIs() {
    DenseArray reference = array(3, 10, 10, 10);
    // Red is off by 30 and 90 of 255, so the mean of three channels by 10 and 30.
    Pixels difference = DenseDrawing.ofPictures(8).difference(reference, array(3, 10, 40, 100));
    assertThat(difference.channels()).isEqualTo(1);
    assertThat(difference.at(0, 0, 0)).isZero();
    assertThat(difference.at(1, 0, 0)).isEqualTo(40);
    assertThat(difference.at(2, 0, 0)).isEqualTo(120);
  }

  @Test
  void classesHaveColoursAndDifferOrDoNot() {
    DenseArray reference = array(1, 0.5f, 0.51f, 1);
    DenseDrawing drawing = DenseDrawing.of(reference, DenseDrawing.Kind.MASK, 8);
    Pixels mask = drawing.output(reference);
    assertThat(mask.at(0, 0, 2)).isEqualTo(0x2e);
    assertThat(mask.at(1, 0, 2)).isEqualTo(0xa7);
    Pixels difference = drawing.difference(reference, array(1, 0.2f, 0.2f, 0.9f));
    assertThat(difference.at(0, 0, 0)).isZero();
    assertThat(difference.at(1, 0, 0)).isEqualTo(255);
    assertThat(difference.at(2, 0, 0)).isZero();
  }

  @Test
  void aMapGoesFromTheReferencesLeastToItsLargest() {
    DenseArray reference = array(2, -1, 3);
    DenseDrawing drawing = DenseDrawing.of(reference, DenseDrawing.Kind.MAP, 8);
    // The other channel is 0 everywhere, and the larger one counts: 0, 3, 0.
    Pixels map = drawing.output(reference);
    assertThat(map.at(1, 0, 0)).isEqualTo(0xfd);
    // A quarter of the way, which is the third of nine colours.
    assertThat(map.at(0, 0, 0)).isEqualTo(0x3b).isEqualTo(map.at(2, 0, 0));
  }

  @Test
  void smallerPicturesKeepWhatTheyShow() {
    byte[] values = new byte[16 * 8];
    values[0] = (byte) 200;
    Pixels wide = new Pixels(16, 8, 1, values);
    Pixels mean = wide.within(8, Pixels.Pooling.MEAN);
    assertThat(mean.width()).isEqualTo(8);
    assertThat(mean.height()).isEqualTo(4);
    assertThat(mean.at(0, 0, 0)).isEqualTo(50);
    assertThat(wide.within(8, Pixels.Pooling.LARGEST).at(0, 0, 0)).isEqualTo(200);
    assertThat(wide.within(8, Pixels.Pooling.MIDDLE).at(0, 0, 0)).isEqualTo(200);
    assertThat(wide.within(16, Pixels.Pooling.MEAN)).isSameAs(wide);
  }

  @Test
  void whatIsNoPlaneIsNotDrawn() {
    assertThat(DenseArray.of(Tensor.wrap(Shape.of(64), new float[64]))).isEmpty();
    assertThat(DenseArray.of(Tensor.wrap(Shape.of(2, 1, 8, 8), new float[128]))).isEmpty();
    assertThat(DenseArray.of(Tensor.wrap(Shape.of(7, 8), new float[56]))).isEmpty();
  }
}
