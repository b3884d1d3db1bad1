// Where the chosen model answers otherwise.

const pictureOf = (picture, alt, attributes) => h('img', { src: 'data:' + (/^image\/(png|jpeg)$/.test(picture.type) ? picture.type : 'image/png') + ';base64,' + picture.base64.replace(/[^A-Za-z0-9+\/=]/g, ''),
  width: picture.width, height: picture.height, alt, loading: 'lazy', decoding: 'async', ...(attributes || {}) });

const answerName = (answer) => ({ reference: WORDS.given, chosen: WORDS.chosen }[answer.model] || answer.model);
const referenceClass = (sample) => (sample.answers.length && sample.answers[0].top.length ? sample.answers[0].top[0].name : '');

function drawDisagreements(content) {
  const parts = Object.keys(PARTS).filter((name) => CHOSEN && CHOSEN.counts(name));
  for (const name of parts) {
    const counts = CHOSEN.counts(name);
    content.append(h('p', { class: 'note' }, h('strong', null, partName(name)), ': ' + format.count(counts.disagreeing) + ' of ' + format.count(counts.judged) + ' samples disagree ('
      + format.percent(counts.disagreeing / counts.judged) + ')' + (counts.judged < counts.n ? '; ' + format.count(counts.n - counts.judged) + ' were not judged' : '') + '.'));
  }
  if (!parts.length && !EVIDENCE.shown.length) {
    content.append(h('p', { class: 'note' }, RESULT && !RESULT.selected ? 'No model was chosen, so nothing disagrees with it.' : 'What ' + WORDS.inChosen + ' answers is not stored.'));
    return;
  }
  const classified = EVIDENCE.shown.filter((sample) => sample.answers.some((answer) => answer.top.length) || !sample.answers.some((answer) => answer.dense.length));
  if (classified.length) content.append(gallery(classified));
  const tables = parts.filter((name) => PARTS[name].classes.length && CHOSEN.stored && CHOSEN.stored.parts[name]);
  if (FLOOR && RESULT.classes) content.append(floorNote());
  if (tables.length) {
    const box = h('div');
    content.append(h('h3', null, 'By class'), box);
    lazily(box, () => box.append(classTables(tables)));
  }
  const listed = parts.filter((name) => CHOSEN.stored && CHOSEN.stored.parts[name]);
  if (listed.length) content.append(lazyDetails('Every sample that disagrees', () => disagreeingTable(listed), { 'data-testid': 'disagreeing-details' }));
}

/** What the result says of the floor of classes. */
function floorNote() {
  const lines = Object.entries({ selection: RESULT.classes.selection, confirmation: RESULT.classes.confirmation }).filter(([, part]) => part).map(([name, part]) => {
    const missed = part.classes.filter((own) => own.verdict === 'missed');
    return h('p', { class: 'note' }, h('strong', null, partName(name)), ': of each class at least ' + RESULT.classes.floor + ' must agree; ' + format.count(part.judged) + (part.judged === 1 ? ' class is judged, ' : ' classes are judged, ')
      + format.count(part.notJudged) + ' with ' + format.count(part.samplesNotJudged) + ' samples are not, because they have fewer than ' + format.count(RESULT.classes.leastSamples) + ' each. '
      + (missed.length ? 'Missed: ' + missed.map((own) => own.name).join(', ') + '.' : part.judged ? 'All that are judged meet it.' : ''));
  });
  return h('div', { 'data-testid': 'floor' }, lines);
}

function gallery(samples) {
  let of = '';
  let which = samples.some((sample) => !sample.agrees) ? 'differ' : 'all';
  let part = '';
  let page = 0;
  const size = 12;
  const grid = h('ul', { class: 'cards', 'data-testid': 'cards' });
  const pager = h('div', { class: 'pager' });
  const status = h('span', { class: 'status', role: 'status' });
  const classes = [...new Set(samples.map(referenceClass).filter((name) => name))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  const parts = [...new Set(samples.map((sample) => sample.part))];
  function draw() {
    const shown = samples.filter((sample) => (!of || referenceClass(sample) === of) && (which === 'all' || sample.agrees === (which === 'agree')) && (!part || sample.part === part));
    const pages = Math.max(1, Math.ceil(shown.length / size));
    page = Math.min(page, pages - 1);
    grid.replaceChildren(...shown.slice(page * size, (page + 1) * size).map((sample) => card(sample, parts.length)));
    status.textContent = format.count(shown.length) + ' of ' + format.count(samples.length) + ' shown samples';
    pager.replaceChildren(...(pages === 1 ? [] : [h('button', { type: 'button', disabled: page === 0, onclick: () => { page--; draw(); } }, 'Previous'),
      h('span', null, 'Page ' + format.count(page + 1) + ' of ' + format.count(pages)), h('button', { type: 'button', disabled: page === pages - 1, onclick: () => { page++; draw(); } }, 'Next')]));
  }
  const changed = (set) => (to) => { set(to); page = 0; draw(); };
  const tools = h('div', { class: 'tools' },
    classes.length > 1 ? select('Class of ' + WORDS.inGiven, [['', 'all'], ...classes.map((name) => [name, name])], '', changed((to) => { of = to; }), { 'data-testid': 'class-filter' }) : null,
    choice('Samples', [['differ', 'that disagree'], ['agree', 'that agree'], ['all', 'all']], which, changed((to) => { which = to; }), { 'data-testid': 'agree-filter' }),
    parts.length > 1 ? select('Part', [['', 'all'], ...parts.map((name) => [name, partName(name)])], '', changed((to) => { part = to; })) : null, status);
  draw();
  return h('div', null, tools, grid, pager);
}

function card(sample, parts) {
  const name = sample.path || 'sample ' + sample.rank;
  return h('li', { class: 'card' + (sample.agrees ? '' : ' differs') },
    sample.input ? pictureOf(sample.input, 'Sample ' + name) : h('div', { class: 'no-picture' }, 'no picture'),
    h('p', { class: 'path', title: name }, breakable(name)),
    h('div', { class: 'answers' }, sample.answers.map((answer) => h('div', { class: 'answer-of' + (answer.agrees || answer.model === 'reference' ? '' : ' off') },
      h('p', { class: 'who' }, answerName(answer)),
      answer.top.length ? h('ol', null, answer.top.slice(0, 3).map((one) => h('li', null, h('span', { class: 'class-name', title: one.name }, one.name),
        h('span', { class: 'share' }, one.probability >= 0 && one.probability <= 1 ? format.percent(one.probability, 1) : format.loss(one.probability)),
        one.probability >= 0 && one.probability <= 1 ? bar(one.probability) : null))) : h('p', { class: 'note' }, answer.agrees ? 'agrees' : 'disagrees')))),
    h('p', { class: 'note' }, [sample.label ? 'label ' + sample.label : null, sample.margin !== null ? 'margin ' + format.loss(sample.margin) : null, sample.agrees ? 'agrees' : 'disagrees', parts > 1 ? partName(sample.part).toLowerCase() : null].filter((text) => text).join(' · ')));
}

function classTables(parts) {
  let name = parts[0];
  const box = h('div');
  function draw() {
    const part = PARTS[name];
    const counts = classCounts(part, CHOSEN.bits(name));
    const rows = counts.map((own, i) => {
      const floor = !FLOOR ? null : own.n < FLOOR_LEAST ? 'not judged' : own.judged < own.n ? 'open' : own.agreeing >= required(FLOOR, own.n) ? 'met' : 'missed';
      return { ...own, name: part.classes[i], differ: own.judged - own.agreeing, share: own.judged ? own.agreeing / own.judged : null, floor };
    }).filter((own) => own.n > 0);
    box.replaceChildren(dataTable({ rowKey: (own) => own.name, caption: 'Agreement by class of ' + WORDS.inGiven + ', ' + partName(name).toLowerCase() + (name === 'samples' ? '' : ' samples'), testid: 'class-table', rows, page: 20,
      sorted: { key: 'share', down: false }, filter: (own) => own.name, filterHint: 'class', columns: [
        { key: 'name', label: 'Class', value: (own) => own.name, cell: (own) => own.name, class: 'wide' },
        { key: 'n', label: 'Samples', number: true, value: (own) => own.n, cell: (own) => format.count(own.n) },
        { key: 'agreeing', label: 'Agree', number: true, value: (own) => own.agreeing, cell: (own) => format.count(own.agreeing) },
        { key: 'differ', label: 'Differ', number: true, value: (own) => own.differ, cell: (own) => format.count(own.differ) },
        { key: 'share', label: 'Agreement', number: true, value: (own) => own.share, cell: (own) => (own.share === null ? '' : format.percent(own.share)) },
        ...(FLOOR ? [{ key: 'floor', label: 'Floor ' + FLOOR, value: (own) => own.floor, cell: (own) => h('span', { class: 'chip floor-' + own.floor.replace(' ', '-') }, own.floor) }] : []),
      ] }).element,
    FLOOR ? h('p', { class: 'hint' }, 'Classes of fewer than ' + format.count(FLOOR_LEAST) + ' samples are not judged.') : h('p', { class: 'hint' }, 'No floor was asked of classes.'));
  }
  draw();
  return h('div', null, parts.length > 1 ? h('div', { class: 'tools' }, choice('Samples', parts.map((own) => [own, partName(own)]), name, (to) => { name = to; draw(); })) : null, box);
}

function disagreeingTable(parts) {
  const rows = [];
  for (const name of parts) {
    const part = PARTS[name];
    const bits = CHOSEN.bits(name);
    for (let rank = 0; rank < part.count; rank++) {
      if (hasBit(bits.judged, rank) && !hasBit(bits.agreed, rank)) rows.push({ part: name, rank, path: part.path(rank), own: part });
    }
  }
  const margins = rows.some((row) => row.own.margins);
  const columns = [
    { key: 'path', label: 'Sample', value: (row) => row.path || 'sample ' + row.rank, class: 'wide' },
    { key: 'part', label: 'Part', value: (row) => partName(row.part) },
    { key: 'class', label: 'Class of ' + WORDS.inGiven, value: (row) => row.own.className(row.rank) },
    ...(rows.some((row) => row.own.label(row.rank)) ? [{ key: 'label', label: 'Label', value: (row) => row.own.label(row.rank) }] : []),
    ...(margins ? [{ key: 'margin', label: 'Margin', number: true, value: (row) => (row.own.margins ? row.own.margins[row.rank] : null), cell: (row) => (row.own.margins && Number.isFinite(row.own.margins[row.rank]) ? format.loss(row.own.margins[row.rank]) : '') }] : []),
    ...(rows.some((row) => row.own.copies) ? [{ key: 'copies', label: 'Copies', number: true, value: (row) => row.own.weight(row.rank) }] : []),
  ];
  return dataTable({ caption: 'Samples that disagree', testid: 'disagreeing', rows, page: 25, columns: columns.filter((column) => column.key !== 'class' || rows.some((row) => row.own.className(row.rank))),
    filter: (row) => (row.path || '') + ' ' + row.own.className(row.rank) + ' ' + row.own.label(row.rank), filterHint: 'path, class or label' }).element;
}
