package org.quantsweep.benchmark;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.quantsweep.jobs.spark.SparkSessions;

/**
 * Makes a Parquet table of pictures, 28 x 28 in grey, as PNG in {@code content}: a stroke or two of
 * drawn places and widths, so that a network of digits has something to answer. The same number
 * gives the same pictures.
 *
 * <pre>benchmarks/sample_scale.sh COUNT MODEL FOLDER</pre>
 */
final class MadePictures {
  private static final int SIDE = 28;
  private static final int A_FILE = 50_000;

  private MadePictures() {}

  public static void main(String[] arguments) {
    long count = Long.parseLong(arguments[0]);
    SparkSession spark = SparkSessions.open("made pictures");
    try {
      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      int files = (int) ((count + A_FILE - 1) / A_FILE);
      StructType schema =
          new StructType()
              .add("content", DataTypes.BinaryType, false)
              .add("path", DataTypes.StringType, false);
      spark
          .createDataFrame(
              context
                  .parallelize(LongStream.range(0, files).boxed().toList(), files)
                  .flatMap(
                      file ->
                          LongStream.range(file * A_FILE, Math.min(count, (file + 1) * A_FILE))
                              .mapToObj(MadePictures::row)
                              .iterator()),
              schema)
          .write()
          .mode("overwrite")
          .parquet(arguments[1]);
    } finally {
      spark.stop();
    }
  }

  private static Row row(long number) {
    Random random = new Random(number);
    BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    int strokes = 1 + random.nextInt(3);
    for (int stroke = 0; stroke < strokes; stroke++) {
      draw(picture, random);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", png);
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail to take bytes.", e);
    }
    return RowFactory.create(png.toByteArray(), String.format("made/%08d.png", number));
  }

  private static void draw(BufferedImage picture, Random random) {
    double x = 5 + 18 * random.nextDouble();
    double y = 5 + 18 * random.nextDouble();
    double angle = 2 * Math.PI * random.nextDouble();
    double bend = 0.3 * random.nextGaussian();
    double width = 1 + random.nextDouble();
    for (int step = 0; step < 16; step++) {
      for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
          double away = Math.hypot(column - x, row - y) / width;
          int value = (int) Math.round(255 * Math.max(0, 1.3 - away));
          int old = picture.getRaster().getSample(column, row, 0);
          picture.getRaster().setSample(column, row, 0, Math.max(old, Math.min(255, value)));
        }
      }
      x += Math.cos(angle);
      y += Math.sin(angle);
      angle += bend;
    }
  }
}
