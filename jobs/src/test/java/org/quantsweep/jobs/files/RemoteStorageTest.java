package org.quantsweep.jobs.files;

import org.apache.hadoop.conf.Configuration;
import org.quantsweep.digest.ByteSize;

/** A file system that is not this machine's, as far as the storage can see. */
class RemoteStorageTest extends ModelStorageContract {
  @Override
  ModelStorage storage(ByteSize largestInMemory) {
    Configuration configuration = new Configuration();
    configuration.set("fs.viewfs.mounttable.default.link./models", folder.toUri().toString());
    // Each test has a folder of its own at the same address.
    configuration.setBoolean("fs.viewfs.impl.disable.cache", true);
    return new HadoopStorage(configuration, largestInMemory);
  }

  @Override
  String location(String name) {
    return "viewfs:///models/" + name;
  }
}
