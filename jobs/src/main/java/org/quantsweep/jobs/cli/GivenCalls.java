package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.SampleFiles;
import org.quantsweep.datasets.StepFolder;
import org.quantsweep.datasets.numpy.NpyReader;
import org.quantsweep.datasets.numpy.NpzReader;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/**
 * The calls that several {@code --input} make. An .npz belongs to the call before it, unless it
 * names an input that this call has from another .npz: then a call begins. Every file of a folder
 * of steps is a call, and every place of the first axis where an .npz holds steps. What is given
 * for one input ({@code NAME=FILE}, a picture, an .npy) holds for every call, whatever an .npz
 * says.
 */
final class GivenCalls {
  private final CoreMLModel model;
  private final Set<String> inputs = new HashSet<>();
  private final SortedMap<String, Tensor> everywhere = new TreeMap<>();
  private final List<SortedMap<String, Tensor>> calls = new ArrayList<>();
  private boolean isComplete = true;

  private final boolean hasSteps;

  private GivenCalls(CoreMLModel model, boolean hasSteps) {
    this.model = model;
    this.hasSteps = hasSteps;
    model.inputs().forEach(input -> inputs.add(input.name()));
  }

  /**
   * Reads what is given.
   *
   * @param given as {@code [NAME=]FILE}
   * @param hasSteps whether the first axis of arrays in an .npz counts calls
   * @return the inputs of each call, in order
   */
  static List<Map<String, Tensor>> read(CoreMLModel model, List<String> given, boolean hasSteps) {
    GivenCalls read = new GivenCalls(model, hasSteps);
    given.forEach(read::add);
    if (read.calls.isEmpty()) {
      read.calls.add(new TreeMap<>());
    }
    read.calls.forEach(call -> call.putAll(read.everywhere));
    return List.copyOf(read.calls);
  }

  private void add(String input) {
    // A folder may hold the sign too: part of a path is no name.
    int equals = input.substring(0, (input + "/").indexOf('/')).indexOf('=');
    String name = equals < 0 ? "" : input.substring(0, equals);
    InputFile file = InputFile.of(input.substring(equals + 1));
    String lower = file.name().toLowerCase(Locale.ROOT);
    try {
      if (StepFolder.is(file.file())) {
        calls.addAll(StepFolder.read(file.file(), IngestLimits.DEFAULT));
        isComplete = true;
      } else if (lower.endsWith(".npz")) {
        add(NpzReader.read(file.bytes(), IngestLimits.DEFAULT.arrays().bytes()));
      } else if (lower.endsWith(".npy")) {
        hold(only(name), NpyReader.read(file.bytes()));
      } else {
        String wanted = only(name);
        hold(
            wanted,
            prepared(
                    model,
                    file,
                    model.inputs().stream().filter(each -> each.name().equals(wanted)).toList())
                .get(wanted));
      }
    } catch (UnreadableSampleException e) {
      throw new BadInputException(
          file + ": " + e.getMessage() + "\nMaybe write it again with numpy.savez.", e);
    } catch (IOException e) {
      throw new BadInputException(
          file + ": it cannot be read (" + e + ").\nMaybe check the path.", e);
    }
  }

  private void add(SortedMap<String, Tensor> arrays) throws UnreadableSampleException {
    if (hasSteps) {
      calls.addAll(SampleFiles.places(arrays, "steps"));
      isComplete = true;
      return;
    }
    SortedMap<String, Tensor> last = isComplete ? null : calls.get(calls.size() - 1);
    if (last == null
        || arrays.keySet().stream()
            .anyMatch(name -> inputs.contains(name) && last.containsKey(name))) {
      calls.add(new TreeMap<>(arrays));
      isComplete = false;
    } else {
      last.putAll(arrays);
    }
  }

  private void hold(String name, Tensor values) {
    if (everywhere.put(name, values) != null) {
      throw new UsageException(
          "input '"
              + name
              + "' is given twice by itself, and what is given so holds for every call.\n"
              + "Maybe write an .npz file for each call.");
    }
  }

  private String only(String name) {
    if (!name.isEmpty()) {
      return name;
    }
    if (model.inputs().size() != 1) {
      throw new UsageException(
          model.name()
              + ": it has several inputs, "
              + model.inputs().stream().map(InputDescription::name).toList()
              + ".\nMaybe write --input NAME=FILE.");
    }
    return model.inputs().get(0).name();
  }

  /**
   * What a picture, or another file of a sample, gives for some inputs.
   *
   * @throws UsageException when there are none of these inputs
   */
  static SortedMap<String, Tensor> prepared(
      CoreMLModel model, InputFile file, List<InputDescription> descriptions) {
    if (descriptions.isEmpty()) {
      throw new UsageException(
          model.name()
              + ": there is no such input; the inputs are "
              + model.inputs().stream().map(InputDescription::name).toList()
              + ".\nMaybe write NAME=FILE.");
    }
    try {
      Sample sample =
          SampleFiles.read(
              file.file().getFileName().toString(), file.bytes(), "", IngestLimits.DEFAULT);
      return PicturePreparation.DEFAULT.prepare(sample, descriptions);
    } catch (UnreadableSampleException e) {
      throw new BadInputException(
          file + ": " + e.getMessage() + "\nMaybe name another picture.", e);
    }
  }
}
