#!/bin/sh
# Sweeps three models of ../shared/data and takes the pictures of their reports that README.md and docs/report.md show.
# A few minutes on an idle machine of two cores. Sweeps that lie in WORK from before are continued.
#   mvn package -DskipTests && benchmarks/report_pictures.sh WORK [PICTURES]
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
data=$home/../shared/data
mkdir -p "$1" "${2:-$home/docs/report}"
work=$(CDPATH='' cd -- "$1" && pwd)
pictures=$(CDPATH='' cd -- "${2:-$home/docs/report}" && pwd)
quantsweep=${QUANTSWEEP:-$home/quantsweep}
cd "$work"
mkdir -p people
# Those of the 300 that show a person's hair.
for name in 157055 189011 189080 198023 216081 302003 302008 365025 376001 388016; do
  ln -sf "$data/images/bsds-300/$name.jpg" people/
done
ln -sfn "$data/images/kodak-6" kodak
ln -sfn "$data/images/mnist-4000" digits
ln -sf "$data/models/mnistCNN.mlmodel" "$data/models/StyleRigid.mlmodel" "$data/models/HairSegmentation.mlmodel" .
widths=linear:2,linear:3,linear:4,linear:6,linear:8,lut-kmeans:2,lut-kmeans:3,lut-kmeans:4,lut-kmeans:6,half

"$quantsweep" sweep --model mnistCNN.mlmodel --samples digits --output classifier
"$quantsweep" sweep --model StyleRigid.mlmodel --samples kodak --criterion psnr:30 --agreement 0.8 --evaluate-all \
  --family uniform --schemes "$widths" --output style
"$quantsweep" sweep --model HairSegmentation.mlmodel --samples people --criterion pixel-agreement:0.97 --agreement 0.8 \
  --evaluate-all --family uniform --schemes "$widths" --output segmentation

repository=$HOME/.m2/repository
jars=$(find "$repository/com/microsoft/playwright" "$repository/com/deque" "$repository/com/google/code/gson" \
  "$repository/org/opentest4j" "$repository/org/junit" "$repository/org/assertj" "$repository/com/networknt" \
  -name '*.jar' | sort | tr '\n' ':')
for report in classifier style segmentation; do
  # From a folder of the clone, as tests run.
  (cd "$home/jobs" && java -cp "${CLASSES:-target/test-classes:target/classes:../pipeline-core/target/test-classes:../pipeline-core/target/classes:$jars}" \
    org.quantsweep.jobs.page.ReportPictures "$work/$report/report.html" "$pictures" "$report")
done
