// Data, numbers in the reader's locale, elements whose content is always text.

const DATA = JSON.parse(document.getElementById('data').textContent);
const RESULT = DATA.result || null;
const EVIDENCE = DATA.evidence;
const LAYOUT = DATA.layout;

/** What the two models are called: of a sweep, or two that were given. */
const COMPARISON = DATA.comparison || null;
const WORDS = COMPARISON
  ? { given: 'Model A', chosen: 'Model B', inGiven: 'model A', inChosen: 'model B', asGiven: 'as in A' }
  : { given: 'As given', chosen: 'Chosen', inGiven: 'the model as given', inChosen: 'the chosen model', asGiven: 'as given' };

const byId = (id) => document.getElementById(id);

/** An element; children are elements or texts, never markup. */
function h(tag, attributes, ...children) {
  const element = tag.startsWith('svg:')
    ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.entries(value).forEach(([k, v]) => element.style.setProperty(k, v));
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child.nodeType ? child : String(child));
  }
  return element;
}

const NUMBERS = new Map();
function numberFormat(options) {
  const key = JSON.stringify(options);
  if (!NUMBERS.has(key)) NUMBERS.set(key, new Intl.NumberFormat(undefined, options));
  return NUMBERS.get(key);
}

const format = {
  count: (n) => numberFormat({ maximumFractionDigits: 0 }).format(n),
  decimal: (x, digits) => numberFormat({ maximumFractionDigits: digits, minimumFractionDigits: digits }).format(x),
  /** Significant digits, for losses and errors. */
  loss: (x) => (x === null || x === undefined ? '' : x !== 0 && (Math.abs(x) < 1e-4 || Math.abs(x) >= 1e6)
    ? numberFormat({ notation: 'scientific', maximumSignificantDigits: 3 }).format(x)
    : numberFormat({ maximumSignificantDigits: 4 }).format(x)),
  /** Decimal units, as everywhere in QuantSweep. */
  bytes: (n) => {
    if (n === null || n === undefined) return '';
    const size = Math.abs(n);
    if (size < 1e3) return numberFormat({ maximumFractionDigits: 0 }).format(n) + ' B';
    if (size < 1e6) return format.decimal(n / 1e3, 1) + ' KB';
    if (size < 1e9) return format.decimal(n / 1e6, size < 1e8 ? 2 : 1) + ' MB';
    return format.decimal(n / 1e9, 2) + ' GB';
  },
  /** For an axis of such a span: neighbours are told apart. */
  bytesOfSpan: (span) => (n) => {
    const [unit, name] = n >= 1e9 ? [1e9, ' GB'] : n >= 1e6 ? [1e6, ' MB'] : n >= 1e3 ? [1e3, ' KB'] : [1, ' B'];
    const digits = Math.max(0, Math.min(3, Math.ceil(-Math.log10(Math.max(span, 1) / 6 / unit))));
    return numberFormat({ maximumFractionDigits: digits }).format(n / unit) + name;
  },
  signedBytes: (n) => (n > 0 ? '+' : '') + format.bytes(n),
  /** Rounded towards zero: 7,999 of 8,000 are not 100 %. */
  percent: (x, digits = 2) => {
    const scale = 10 ** (digits + 2);
    return numberFormat({ style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits })
      .format(Math.floor(x * scale + 1e-6) / scale);
  },
  seconds: (s) => (s < 120 ? format.decimal(s, 1) + ' s' : s < 7200
    ? format.decimal(s / 60, 1) + ' min' : format.decimal(s / 3600, 1) + ' h'),
};

/** The numbers that stand in the page already. */
function localize() {
  for (const element of document.querySelectorAll('data[data-kind]')) {
    const form = format[element.dataset.kind];
    const value = Number(element.value);
    if (form && Number.isFinite(value)) element.textContent = form(value);
  }
}

function bytesOf(base64) {
  const text = atob(base64 || '');
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
const int32 = (base64) => { const b = bytesOf(base64); return new Int32Array(b.buffer, 0, b.length >> 2); };
const float32 = (base64) => { const b = bytesOf(base64); return new Float32Array(b.buffer, 0, b.length >> 2); };
const hasBit = (bytes, rank) => ((bytes[rank >> 3] || 0) >> (rank & 7) & 1) === 1;

/** The colours of the theme that is shown now. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

const THEME_LISTENERS = [];
function onTheme(draw) { THEME_LISTENERS.push(draw); }
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => THEME_LISTENERS.forEach((draw) => draw()));

/** Work for a section is done when it comes near the window, or is printed. */
const WAITING = [];
function lazily(element, draw) {
  const job = { element, draw, done: false };
  job.run = () => { if (!job.done) { job.done = true; draw(); } };
  WAITING.push(job);
  const watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) { watch.disconnect(); job.run(); }
  }, { rootMargin: '800px' });
  watch.observe(element);
}
/** The rest, one after the other, while nothing else is done: then links lead to places that stay. */
function drawRest() {
  const next = WAITING.find((job) => !job.done);
  if (!next) { document.documentElement.dataset.drawn = 'true'; return; }
  next.run();
  setTimeout(drawRest, 30);
}
// A job may bring others, which forEach would not meet.
addEventListener('beforeprint', () => { for (let i = 0; i < WAITING.length; i++) WAITING[i].run(); });

/** A box at the pointer or at an element; lines are [name, value] or texts. */
const tip = {
  element: byId('tip'),
  show(x, y, title, lines) {
    this.element.replaceChildren(h('strong', null, title), ...lines.map((line) => Array.isArray(line)
      ? h('div', { class: 'tip-row' }, h('span', null, line[0]), h('span', null, line[1]))
      : h('div', null, line)));
    this.element.hidden = false;
    const box = this.element.getBoundingClientRect();
    const left = Math.max(8, Math.min(x + 14, document.documentElement.clientWidth - box.width - 8));
    const below = y + 16 + box.height < innerHeight;
    const top = Math.max(8, below ? y + 16 : y - box.height - 12);
    this.element.style.setProperty('left', left + 'px');
    this.element.style.setProperty('top', top + 'px');
  },
  at(element, title, lines) {
    const box = element.getBoundingClientRect();
    this.show(box.left, box.bottom - 8, title, lines);
  },
  hide() { this.element.hidden = true; },
};
addEventListener('keydown', (event) => { if (event.key === 'Escape') tip.hide(); });
addEventListener('scroll', () => tip.hide(), { passive: true });

/** What a line of radio buttons or a list offers. */
let idsGiven = 0;
const nextId = (prefix) => prefix + '-' + (++idsGiven);

function choice(legend, options, chosen, onchange, attributes) {
  const name = nextId('choice');
  return h('fieldset', { class: 'choice', ...(attributes || {}) }, h('legend', null, legend),
    options.map(([value, label]) => {
      const id = nextId('option');
      return h('span', { class: 'choice-option' },
        h('input', { type: 'radio', id, name, value, checked: value === chosen, onchange: () => onchange(value) }),
        h('label', { for: id }, label));
    }));
}

function select(label, options, chosen, onchange, attributes) {
  const id = nextId('select');
  return h('span', { class: 'field' }, h('label', { for: id }, label),
    h('select', { id, onchange: (event) => onchange(event.target.value), ...(attributes || {}) },
      options.map(([value, text]) => h('option', { value, selected: value === chosen }, text))));
}

const details = (summary, content, attributes) =>
  h('details', { class: 'more', ...(attributes || {}) }, h('summary', null, summary), content);

/** Content that is made when it is opened first. */
function lazyDetails(summary, make, attributes) {
  const box = h('div');
  const element = details(summary, box, attributes);
  let made = false;
  element.addEventListener('toggle', () => { if (element.open && !made) { made = true; box.append(make()); } });
  return element;
}

/** A name that may be broken where its parts meet. */
const breakable = (text) => String(text).split(/(?<=[\/._:-])/).flatMap((part, i) => (i ? [h('wbr'), part] : [part]));

const sum = (list, value) => list.reduce((total, item) => total + value(item), 0);
const shortDigest = (hex) => String(hex).slice(0, 8);
