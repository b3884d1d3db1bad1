package org.quantsweep.datasets.picture;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * Picks the decoder of a format by name, never by what the class path happens to offer first: JPEG
 * is read by TwelveMonkeys (which copes with more broken files), PNG and BMP by the JDK. So are
 * JPEGs with quantization tables of 16 bits, whose entries TwelveMonkeys cuts at 255.
 */
final class PictureReaders {
  private PictureReaders() {}

  /** A reader of these bytes. Whoever takes it disposes of it. */
  static ImageReader open(PictureFormat format, byte[] bytes) throws IOException {
    ImageReader reader =
        switch (format) {
          case JPEG -> jpeg().createReaderInstance();
          case PNG -> ofTheJdk("png");
          case BMP -> ofTheJdk("bmp");
        };
    return withInput(reader, bytes);
  }

  /** A reader of a JPEG with quantization tables of 16 bits. */
  static ImageReader openWide(byte[] bytes) throws IOException {
    return withInput(ofTheJdk("jpeg"), bytes);
  }

  private static ImageReader withInput(ImageReader reader, byte[] bytes) {
    // Metadata is ignored: compressed text and profiles could be of any size.
    reader.setInput(new ByteArrayImageInputStream(bytes), true, true);
    return reader;
  }

  /**
   * ImageIO finds plug-ins through the context class loader of whoever calls it first, which under
   * Spark need not see our jar: then it is registered here. Registering twice does no harm.
   */
  private static ImageReaderSpi jpeg() {
    IIORegistry registry = IIORegistry.getDefaultInstance();
    JPEGImageReaderSpi found = registry.getServiceProviderByClass(JPEGImageReaderSpi.class);
    if (found == null) {
      found = new JPEGImageReaderSpi();
      registry.registerServiceProvider(found, ImageReaderSpi.class);
    }
    return found;
  }

  private static ImageReader ofTheJdk(String name) throws IOException {
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (providers.hasNext()) {
      ImageReaderSpi provider = providers.next();
      if (provider.getClass().getModule() == ImageReader.class.getModule()
          && List.of(provider.getFormatNames()).contains(name)) {
        return provider.createReaderInstance();
      }
    }
    throw new IllegalStateException("the JDK offers no reader of " + name + " pictures.");
  }
}
