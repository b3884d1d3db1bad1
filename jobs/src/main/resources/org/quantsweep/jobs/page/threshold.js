// What would have been chosen at another threshold, from the evaluations that are stored.

const FLOOR = RESULT ? RESULT.settings['class-floor'] || null : null;
const FLOOR_LEAST = RESULT && RESULT.classes ? RESULT.classes.leastSamples : 20;

/** Of each class: samples, judged and agreeing, by the reference's class. */
function classCounts(part, bits) {
  const counts = part.classes.map(() => ({ n: 0, judged: 0, agreeing: 0 }));
  const classOf = part.classOf;
  if (!classOf) return counts;
  for (let rank = 0; rank < part.count; rank++) {
    const own = counts[classOf[rank]];
    if (!own || !hasBit(part.answered, rank)) continue;
    const weight = part.weight(rank);
    own.n += weight;
    if (bits && hasBit(bits.judged, rank)) {
      own.judged += weight;
      if (hasBit(bits.agreed, rank)) own.agreeing += weight;
    }
  }
  return counts;
}

/** Whether the floor of classes, which no threshold moves, is met. */
function floorOutcome(candidate, partName) {
  const part = PARTS[partName];
  if (!FLOOR || !part || !part.classOf) return 'accepted';
  candidate.floors = candidate.floors || {};
  if (!candidate.floors[partName]) {
    const bits = candidate.bits(partName);
    let outcome = 'accepted';
    for (const own of classCounts(part, bits)) {
      if (own.n < FLOOR_LEAST) continue;
      const need = required(FLOOR, own.n);
      if (own.judged - own.agreeing > own.n - need) { outcome = 'rejected'; break; }
      if (own.agreeing < need) outcome = 'unknown';
    }
    candidate.floors[partName] = bits ? outcome : 'unknown';
  }
  return candidate.floors[partName];
}

/** accepted, rejected or unknown: the rule on what is stored. */
function outcomeOf(candidate, part, need) {
  const n = PARTS[part] ? PARTS[part].n : RESULT.samples.n;
  const counts = candidate.counts(part);
  const own = !counts ? 'unknown' : counts.agreeing >= need ? 'accepted' : counts.disagreeing > n - need ? 'rejected' : 'unknown';
  if (own === 'rejected' || !FLOOR) return own;
  const floor = floorOutcome(candidate, part);
  return floor === 'rejected' ? floor : own === 'accepted' ? floor : own;
}

function decide(threshold) {
  const n = PARTS.selection ? PARTS.selection.n : RESULT.samples.n;
  const need = required(threshold, n);
  const outcomes = CANDIDATES.map((own) => outcomeOf(own, 'selection', need));
  const first = outcomes.indexOf('accepted');
  const answer = first < 0 ? null : CANDIDATES[first];
  const missing = CANDIDATES.filter((own, i) => outcomes[i] === 'unknown' && (first < 0 || i < first))
    .map((candidate) => ({ candidate, part: 'selection' }));
  const found = { n, need, answer, missing, confirmed: null };
  const confirmation = RESULT.certificate && RESULT.certificate.confirmation;
  if (!confirmation || confirmation.rule === 'none') return found;
  const unseen = PARTS.confirmation ? PARTS.confirmation.n : confirmation.samples;
  const confidence = confirmation.confidence;
  const needUnseen = confirmation.rule === 'bound' ? requiredBound(threshold, unseen, confidence) : required(threshold, unseen);
  found.confirmed = { n: unseen, need: needUnseen, answer: null, open: [], ended: false };
  if (needUnseen === null) return found;
  // Down the rungs, from the largest, until one fails.
  for (const rung of CANDIDATES.filter((own) => own.counts('confirmation')).reverse()) {
    const outcome = outcomeOf(rung, 'confirmation', needUnseen);
    if (outcome === 'rejected') { found.confirmed.ended = true; break; }
    if (outcome === 'unknown') { found.confirmed.open.push({ candidate: rung, part: 'confirmation' }); break; }
    found.confirmed.answer = rung;
  }
  const lowest = found.confirmed.answer;
  if (answer && !found.confirmed.ended && !found.confirmed.open.length && (!lowest || answer.size < lowest.size)) {
    found.confirmed.open.push({ candidate: answer, part: 'confirmation' });
  }
  return found;
}

const finalAnswer = (found) => (found.confirmed ? found.confirmed.answer : found.answer);
/** Whether another sweep at this threshold could not choose something smaller of what was judged here. */
const isKnown = (found) => !found.missing.length && (!found.confirmed || (!found.confirmed.open.length && found.confirmed.need !== null));

const quoted = (text) => (/^[A-Za-z0-9_@%+=:,.\/-]+$/.test(text) ? text : "'" + text.replace(/'/g, "'\\''") + "'");

/** The sweep's own settings with another threshold; it takes over the evaluations that are stored. */
function commandFor(threshold) {
  const settings = { ...RESULT.settings };
  if (!settings.model) return null;
  const output = settings.output || 'results';
  settings.agreement = threshold;
  settings.evaluations = settings.evaluations || output.replace(/\/$/, '') + '/evaluations';
  settings.output = output.replace(/\/$/, '') + '-' + threshold;
  delete settings['run-id'];
  const first = ['model', 'samples', 'agreement', 'output', 'evaluations'];
  const names = [...first.filter((name) => name in settings), ...Object.keys(settings).filter((name) => !first.includes(name)).sort()];
  const parts = names.flatMap((name) => {
    const value = settings[name];
    if (value === 'true') return ['--' + name];
    if (value === 'false') return [];
    return value.split('\n').map((line) => '--' + name + ' ' + quoted(line));
  });
  return 'quantsweep sweep ' + parts.join(' \\\n  ');
}

function drawThreshold(content) {
  const asked = RESULT.threshold;
  const t = Number(asked);
  const low = t > 0.9 ? 0.8 : Math.max(0, Math.floor(10 * (t - 0.3)) / 10);
  let threshold = asked;
  const sliderId = nextId('threshold');
  const numberId = nextId('threshold');
  const slider = h('input', { id: sliderId, type: 'range', min: low, max: 1, step: 0.001, 'data-testid': 'threshold-slider',
    oninput: () => { threshold = String(Number(slider.value)); number.value = threshold; update(); } });
  slider.value = t;
  const number = h('input', { id: numberId, type: 'text', inputmode: 'decimal', class: 'short', 'data-testid': 'threshold-number',
    oninput: () => {
      const valid = required(number.value, 100) !== null;
      number.setAttribute('aria-invalid', String(!valid));
      if (valid) { threshold = number.value.trim().replace(',', '.'); slider.value = Number(threshold); update(); }
    } });
  number.value = asked;
  const output = h('div', { class: 'answer', role: 'status', 'aria-live': 'polite', 'data-testid': 'threshold-answer' });
  const missingBox = h('div', { 'data-testid': 'threshold-missing' });
  const box = h('div', { class: 'chart', role: 'img', 'data-testid': 'threshold-chart',
    'aria-label': 'Step chart: the threshold across, the size that would be chosen upwards. The table below holds the same.' });
  const steps = [];
  for (let i = 0; i <= 200; i++) {
    const at = String(Number((low + (1 - low) * i / 200).toFixed(4)));
    const found = decide(at);
    steps.push({ at, found, answer: finalAnswer(found), known: isKnown(found) });
  }

  function sentence(found) {
    const answer = finalAnswer(found);
    const chosen = RESULT.selected;
    if (!answer) return isKnown(found) ? 'No candidate of this sweep would have been accepted.' : 'No candidate is known to be accepted.';
    const gap = chosen ? answer.size - chosen.encodedSize : 0;
    return [isKnown(found) ? 'Chosen would be ' : 'Chosen would be at most as large as ', h('code', null, answer.name), ', ',
      h('strong', null, format.bytes(answer.size)),
      gap === 0 && chosen ? ': the same as now.' : chosen ? ': ' + format.bytes(Math.abs(gap)) + (gap < 0 ? ' smaller' : ' larger') + ' than now.' : '.'];
  }

  function update() {
    const found = decide(threshold);
    const known = isKnown(found);
    const would = finalAnswer(found);
    Object.assign(output.dataset, { candidate: would ? would.key : '', known: String(known) });
    output.replaceChildren(h('p', { class: 'big' }, h('span', { class: 'chip ' + (known ? 'known' : 'open') }, known ? 'known' : 'a bound'), ' ', sentence(found)),
      h('p', { class: 'note' }, 'At ' + threshold + ', ' + format.count(found.need) + ' of ' + format.count(found.n) + ' selection samples must agree'
        + (found.answer ? '; the smallest candidate that is known to do so has ' + format.bytes(found.answer.size) : '; no candidate is known to do so')
        + (!found.confirmed ? '.' : found.confirmed.need === null ? '. No number of agreeing confirmation samples would be enough for the bound.'
          : '. Of the confirmation samples it takes ' + format.count(found.confirmed.need) + ' of ' + format.count(found.confirmed.n) + '.')
        + (FLOOR ? ' The class floor of ' + FLOOR + ' counts too.' : '')));
    const open = [...found.missing, ...(found.confirmed ? found.confirmed.open : [])];
    const plans = RESULT.certificate && RESULT.certificate.weightTensors > 0 && Number(threshold) !== t;
    missingBox.replaceChildren();
    if (open.length || plans) {
      const command = commandFor(threshold);
      const rows = open.map(({ candidate, part }) => {
        const counts = candidate.counts(part);
        const n = part === 'selection' ? found.n : found.confirmed.n;
        return { candidate, part, left: n - (counts ? counts.judged : 0), n };
      });
      missingBox.append(
        h('p', null, open.length ? 'Whether ' + (open.length === 1 ? 'this candidate passes' : 'these ' + format.count(open.length) + ' candidates pass') + ' is not known, because not all of their samples were judged:'
          : 'All that this sweep judged is decided. A sweep at this threshold may find other plans, which this one had no reason to judge.'));
      if (rows.length) {
        missingBox.append(dataTable({ caption: 'Missing evaluations', testid: 'missing', rowKey: (row) => row.part + ' ' + row.candidate.key, page: 8, rows, columns: [
          { key: 'name', label: 'Candidate', value: (row) => row.candidate.name, cell: (row) => h('code', null, row.candidate.name) },
          { key: 'size', label: 'Size', number: true, value: (row) => row.candidate.size, cell: (row) => format.bytes(row.candidate.size) },
          { key: 'part', label: 'Samples', value: (row) => partName(row.part) },
          { key: 'left', label: 'Not judged', number: true, value: (row) => row.left, cell: (row) => format.count(row.left) + ' of ' + format.count(row.n) }] }).element);
      }
      if (command) missingBox.append(commandBox(command));
    }
    if (made) made.draw();
  }

  content.append(
    h('div', { class: 'slider' }, h('label', { for: sliderId }, 'Share of samples that must agree'), slider,
      h('label', { for: numberId, class: 'hidden' }, 'The same as a number'), number,
      h('button', { type: 'button', onclick: () => { threshold = asked; number.value = asked; slider.value = t; update(); } }, 'As asked: ' + asked)),
    output, box, missingBox);
  const sizes = steps.filter((step) => step.answer).map((step) => step.answer.size);
  const span = Math.max(...sizes, 1) - Math.min(...sizes, 1e15);
  let made = null;
  update();
  made = makeChart(box, () => {
    const line = (known) => steps.map((step, i) => {
      const near = step.known === known || (steps[i - 1] && steps[i - 1].known === known);
      return [Number(step.at), step.answer && near ? step.answer.size : null];
    });
    const now = decide(threshold);
    return {
      ...chartBase(),
      grid: { left: 64, right: 24, top: 36, bottom: 44 },
      legend: { top: 0, left: 0, itemWidth: 18, textStyle: { color: colour('text-2') }, inactiveColor: colour('line-2'), data: [{ name: 'Known', icon: 'path://M0,4H24V6H0Z' }, { name: 'At most', icon: 'path://M0,4H4V6H0Z M8,4H12V6H8Z M16,4H20V6H16Z' }] },
      xAxis: axisBase({ type: 'value', min: low, max: 1, name: 'Threshold', nameLocation: 'middle', nameGap: 26, interval: (1 - low) / 10, axisLabel: { color: colour('text-2'), hideOverlap: true, formatter: (x) => format.decimal(x, 2) } }),
      yAxis: axisBase({ type: 'value', scale: true, splitNumber: 4, axisLabel: { color: colour('text-2'), formatter: format.bytesOfSpan(span) } }),
      series: [
        { type: 'line', name: 'Known', step: 'end', symbol: 'none', data: line(true), lineStyle: { color: colour('accent'), width: 2 }, itemStyle: { color: colour('accent') },
          markLine: { silent: true, symbol: 'none', label: { show: false }, data: [
            { xAxis: t, lineStyle: { color: colour('text-3'), type: 'dotted' } },
            { xAxis: Math.max(low, Number(threshold)), lineStyle: { color: colour('rust'), type: 'solid', width: 1.5 } }] } },
        { type: 'line', name: 'At most', step: 'end', symbol: 'none', data: line(false), lineStyle: { color: colour('accent'), width: 1.5, type: [3, 4], opacity: 0.8 }, itemStyle: { color: colour('accent') } },
        { type: 'scatter', symbolSize: 10, silent: true, z: 5, itemStyle: { color: colour('rust') }, data: finalAnswer(now) && Number(threshold) >= low ? [[Number(threshold), finalAnswer(now).size]] : [] },
      ],
    };
  });
  content.append(lazyDetails('The same as a table', () => {
    const rows = steps.filter((step, i) => !i || step.answer !== steps[i - 1].answer || step.known !== steps[i - 1].known || step.at === asked);
    return dataTable({ caption: 'What would be chosen, by threshold', testid: 'threshold-table', page: 25, rows, columns: [
      { key: 'at', label: 'From', number: true, value: (step) => Number(step.at), cell: (step) => step.at },
      { key: 'size', label: 'Size', number: true, value: (step) => (step.answer ? step.answer.size : null), cell: (step) => (step.answer ? format.bytes(step.answer.size) : '-') },
      { key: 'name', label: 'Candidate', value: (step) => (step.answer ? step.answer.name : ''), cell: (step) => (step.answer ? h('code', null, step.answer.name) : 'none') },
      { key: 'known', label: 'Known', value: (step) => (step.known ? 'yes' : 'at most') }] }).element;
  }));
}

/** A command with a button that copies it. */
function commandBox(command) {
  const code = h('pre', { class: 'command', tabindex: '0', 'aria-label': 'Command', 'data-testid': 'command' }, command);
  const button = h('button', { type: 'button', onclick: () => {
    const done = () => { button.textContent = 'Copied'; setTimeout(() => { button.textContent = 'Copy'; }, 1500); };
    const byHand = () => { getSelection().selectAllChildren(code); };
    if (navigator.clipboard) navigator.clipboard.writeText(command).then(done, byHand);
    else byHand();
  } }, 'Copy');
  return h('div', { class: 'command-box' }, h('p', { class: 'note' }, 'This command would find out; it takes over the evaluations that are stored:'), code, button);
}
