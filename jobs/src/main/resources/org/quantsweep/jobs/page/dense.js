// Pictures, masks and maps that the models make of the same samples.

const scoreText = (dense) => {
  if (dense.score === null || dense.score === undefined) return 'equal';
  return dense.measure === 'psnr' ? format.decimal(dense.score, 1) + ' dB' : dense.measure === 'pixel-agreement' ? format.percent(dense.score, 1) + ' of pixels' : format.loss(dense.score);
};

function drawDense(content) {
  const samples = EVIDENCE.shown.filter((sample) => sample.answers.some((answer) => answer.dense.length));
  const outputs = [...new Set(samples.flatMap((sample) => sample.answers.flatMap((answer) => answer.dense.map((one) => one.output))))];
  const kinds = new Set(samples.flatMap((sample) => sample.answers.flatMap((answer) => answer.dense.map((one) => one.kind))));
  const inputs = samples.some((sample) => sample.input);
  const overlays = inputs && (kinds.has('mask') || kinds.has('map'));
  let output = outputs[0];
  let view = 'output';
  let page = 0;
  let opacity = 0.6;
  const size = 8;
  const sheet = h('div', { class: 'sheet', 'data-testid': 'contact-sheet' });
  const pager = h('div', { class: 'pager' });
  const opacityId = nextId('opacity');
  const slider = h('span', { class: 'field', hidden: true }, h('label', { for: opacityId }, 'Strength of the overlay'),
    h('input', { id: opacityId, type: 'range', min: 0, max: 1, step: 0.05, value: opacity, 'data-testid': 'overlay-strength',
      oninput: (event) => { opacity = Number(event.target.value); sheet.style.setProperty('--overlay', opacity); } }));
  sheet.style.setProperty('--overlay', opacity);

  function figure(sample, answer, dense) {
    const name = answerName(answer);
    const base = answer.model === 'reference';
    const what = view === 'difference' && !base ? dense.difference : dense.picture;
    const over = view === 'overlay' && sample.input && dense.kind !== 'picture';
    const alt = (view === 'difference' && !base ? 'Difference of ' : over ? 'Over the input: ' : '') + dense.kind + ' ' + dense.output + ' of ' + name + ' on ' + (sample.path || sample.rank);
    return h('figure', { class: answer.model === 'chosen' ? 'is-chosen' : base ? 'is-reference' : null },
      h('div', { class: 'frame ' + dense.kind }, over ? pictureOf(sample.input, '', { class: 'under' }) : null,
        what ? pictureOf(what, alt, over ? { class: 'over' } : null) : h('div', { class: 'no-picture' }, 'not kept')),
      h('figcaption', null, h('strong', null, name), ' ', h('span', null, format.bytes(answer.encodedSize)), h('br'), h('span', { class: 'score' + (answer.agrees || base ? '' : ' off') }, base ? 'reference' : scoreText(dense))));
  }

  function draw() {
    const pages = Math.max(1, Math.ceil(samples.length / size));
    sheet.replaceChildren(...samples.slice(page * size, (page + 1) * size).map((sample) => {
      const figures = sample.answers.map((answer) => { const dense = answer.dense.find((one) => one.output === output); return dense ? figure(sample, answer, dense) : null; });
      return h('div', { class: 'strip' + (sample.agrees ? '' : ' differs') },
        h('p', { class: 'path' }, sample.path || 'sample ' + sample.rank, h('span', { class: 'note' }, ' ' + (sample.agrees ? 'agrees' : 'disagrees'))),
        h('div', { class: 'scroll figures', tabindex: '0', role: 'region', 'aria-label': 'Outputs on ' + (sample.path || 'sample ' + sample.rank) },
          sample.input ? h('figure', null, h('div', { class: 'frame' }, pictureOf(sample.input, 'Input ' + (sample.path || sample.rank))), h('figcaption', null, h('strong', null, 'Input'))) : null, figures));
    }));
    pager.replaceChildren(...(pages === 1 ? [] : [h('button', { type: 'button', disabled: page === 0, onclick: () => { page--; draw(); } }, 'Previous'),
      h('span', null, 'Page ' + format.count(page + 1) + ' of ' + format.count(pages)), h('button', { type: 'button', disabled: page === pages - 1, onclick: () => { page++; draw(); } }, 'Next')]));
  }

  content.append(h('div', { class: 'tools' },
    choice('Shown', [['output', 'Output'], ['difference', 'Difference'], ...(overlays ? [['overlay', 'Over the input']] : [])], view, (to) => { view = to; slider.hidden = to !== 'overlay'; draw(); }, { 'data-testid': 'dense-view' }),
    outputs.length > 1 ? select('Output', outputs.map((name) => [name, name]), output, (to) => { output = to; draw(); }) : null, slider), sheet, pager,
  lazyDetails('The scores as a table', () => dataTable({ caption: 'Scores of dense outputs', testid: 'dense-table', page: 25,
    rows: samples.flatMap((sample) => sample.answers.flatMap((answer) => answer.dense.map((dense) => ({ sample, answer, dense })))),
    filter: (row) => row.sample.path + ' ' + answerName(row.answer) + ' ' + row.dense.output, filterHint: 'sample or model', columns: [
      { key: 'sample', label: 'Sample', value: (row) => row.sample.path || 'sample ' + row.sample.rank, class: 'wide' },
      { key: 'model', label: 'Model', value: (row) => answerName(row.answer) },
      { key: 'size', label: 'Size', number: true, value: (row) => row.answer.encodedSize, cell: (row) => format.bytes(row.answer.encodedSize) },
      { key: 'output', label: 'Output', value: (row) => row.dense.output },
      { key: 'score', label: 'Score', number: true, value: (row) => row.dense.score, cell: (row) => (row.answer.model === 'reference' ? 'reference' : scoreText(row.dense)) },
      { key: 'agrees', label: 'Verdict', value: (row) => (row.answer.model === 'reference' ? '' : row.answer.agrees ? 'agrees' : 'disagrees') }] }).element));
  draw();
}
