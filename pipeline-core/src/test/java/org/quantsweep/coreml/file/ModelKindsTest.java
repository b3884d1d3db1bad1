package org.quantsweep.coreml.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.proto.coreml.Model;

class ModelKindsTest {
  @Test
  void everyKindOfTheFormatHasItsName() {
    List<String> named = new ArrayList<>();
    for (FieldDescriptor field : Model.getDescriptor().getOneofs().get(0).getFields()) {
      Model.Builder message = Model.newBuilder();
      message.setField(field, message.newBuilderForField(field).build());
      assertThat(ModelKinds.of(message.build())).hasToString(field.getName());
      named.add(field.getName());
    }

    assertThat(named).hasSize(37).contains("kNearestNeighborsClassifier", "oneHotEncoder");
    assertThat(Arrays.stream(ModelKind.values()).map(ModelKind::toString))
        .containsExactlyInAnyOrderElementsOf(named);
  }

  @Test
  void aMessageWithoutAModelHasNoKind() {
    assertThatThrownBy(() -> ModelKinds.of(Model.getDefaultInstance()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a model of type '' has no kind.");
  }
}
