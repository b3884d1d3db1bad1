// Samples and candidates: what was judged, what agrees, by part.

const PART_NAMES = { selection: 'Selection', confirmation: 'Confirmation', samples: 'Samples' };
const partName = (part) => PART_NAMES[part] || part;

/** A part's samples; numbers are decoded when they are asked for. */
class Part {
  constructor(name, own) {
    this.name = name;
    this.own = own;
    this.n = own.n;
    this.count = own.count;
  }
  get answered() { return this.answeredBits || (this.answeredBits = bytesOf(this.own.answered)); }
  get copies() { return this.copiesList || (this.copiesList = this.own.copies === null ? null : int32(this.own.copies)); }
  get margins() { return this.marginList || (this.marginList = this.own.margins === null ? null : float32(this.own.margins)); }
  get classOf() { return this.classList || (this.classList = this.own.classOf === null ? null : int32(this.own.classOf)); }
  get classes() { return this.own.classes; }
  weight(rank) { return this.copies ? this.copies[rank] : 1; }
  path(rank) { return this.own.paths[rank]; }
  label(rank) { return this.own.labels[rank] || ''; }
  className(rank) { const place = this.classOf ? this.classOf[rank] : -1; return place >= 0 ? this.classes[place] : ''; }
  /** How many samples of a set there are, copies counted; -1 bits of `without` are left out. */
  weigh(bits) {
    let total = 0;
    if (!this.copies) {
      for (let i = 0; i < bits.length; i++) { let b = bits[i]; while (b) { total += b & 1; b >>= 1; } }
      return total;
    }
    for (let rank = 0; rank < this.count; rank++) if (hasBit(bits, rank)) total += this.copies[rank];
    return total;
  }
}

const PART_ORDER = ['selection', 'confirmation'];
const PARTS = Object.fromEntries(Object.entries(EVIDENCE.parts)
  .sort((a, b) => (PART_ORDER.indexOf(a[0]) + 9) % 9 - (PART_ORDER.indexOf(b[0]) + 9) % 9).map(([name, own]) => [name, new Part(name, own)]));

const keyOf = (scheme, plan) => (plan ? 'plan:' + plan : scheme);
const nameOf = (scheme, plan) => (plan ? 'plan ' + shortDigest(plan) : scheme);
const nameOfKey = (key) => (String(key).startsWith('plan:') ? 'plan ' + shortDigest(key.slice(5)) : key);

/** A candidate: what the result says of it, and what is stored of its evaluation. */
class Candidate {
  constructor(key, name) {
    this.key = key;
    this.name = name;
    this.row = null;
    this.stored = null;
    this.counted = {};
  }
  get isPlan() { return this.key.startsWith('plan:'); }
  get size() { return (this.stored || this.row).encodedSize; }
  get kind() { return this.stored && this.stored.kind ? this.stored.kind : this.isPlan ? 'plan' : 'uniform'; }
  get verdict() { return this.row ? this.row.verdict : 'not judged'; }

  bits(part) {
    const own = this.stored && this.stored.parts[part];
    return own ? { judged: bytesOf(own.judged), agreed: bytesOf(own.agreed) } : null;
  }

  /** Agreeing and disagreeing samples of a part, as far as they are known: {n, judged, agreeing, disagreeing}. */
  counts(part) {
    if (!(part in this.counted)) this.counted[part] = this.count(part);
    return this.counted[part];
  }

  count(part) {
    const n = PARTS[part] ? PARTS[part].n : RESULT ? RESULT.samples.n : 0;
    let found = null;
    if (this.stored && this.stored.parts[part] && PARTS[part]) {
      const bits = this.bits(part);
      const judged = PARTS[part].weigh(bits.judged);
      const agreeing = PARTS[part].weigh(bits.agreed);
      found = { n, judged, agreeing, disagreeing: judged - agreeing };
    }
    const told = part === 'selection' ? this.row : this.rung;
    if (told && told.agreement && (!found || found.judged < told.agreement.samples)) {
      const all = told.agreement;
      found = { n: all.samples, judged: all.samples, agreeing: all.agreeing, disagreeing: all.samples - all.agreeing };
    } else if (told && told.judged && (!found || found.judged < told.judged)) {
      found = { n, judged: told.judged, agreeing: told.judged - told.disagreeing, disagreeing: told.disagreeing };
    }
    return found && found.judged > 0 ? found : null;
  }
}

const CANDIDATES = (() => {
  const all = new Map();
  const at = (scheme, plan) => {
    const key = keyOf(scheme, plan);
    if (!all.has(key)) all.set(key, new Candidate(key, nameOf(scheme, plan)));
    return all.get(key);
  };
  for (const row of RESULT ? RESULT.candidates : []) at(row.scheme, row.plan).row = row;
  for (const row of RESULT && RESULT.certificate ? [RESULT.certificate.smallest, ...RESULT.certificate.neighbours] : []) {
    if (row) { const own = at(row.scheme, row.plan); own.row = own.row || row; }
  }
  for (const own of EVIDENCE.candidates) at(own.scheme, own.plan).stored = own;
  const confirmed = RESULT && RESULT.certificate && RESULT.certificate.confirmation;
  for (const rung of confirmed ? confirmed.tested : []) {
    const own = all.get(rung.scheme);
    if (own) own.rung = rung;
  }
  return [...all.values()].sort((a, b) => a.size - b.size || (a.key < b.key ? -1 : 1));
})();

const candidateOf = (chosen) => (chosen
  ? CANDIDATES.find((own) => own.key === keyOf(chosen.scheme, chosen.plan)) || null : null);
const CHOSEN = RESULT ? candidateOf(RESULT.selected)
  : CANDIDATES[0] || null;
const BEST_UNIFORM = RESULT ? candidateOf(RESULT.bestUniform) : null;

/** ceil(t n), exactly: t is the decimal that is written. */
function required(threshold, n) {
  const match = /^\s*(\d*)(?:[.,](\d*))?\s*$/.exec(threshold);
  if (!match || !(match[1] || match[2])) return null;
  const digits = match[2] || '';
  const scale = 10n ** BigInt(digits.length);
  const share = BigInt((match[1] || '0') + digits);
  if (share > scale) return null;
  return Number((share * BigInt(n) + scale - 1n) / scale);
}

/** The logarithm of n choose k. */
const logFactorials = [0];
function logFactorial(n) {
  for (let i = logFactorials.length; i <= n; i++) logFactorials.push(logFactorials[i - 1] + Math.log(i));
  return logFactorials[n];
}

/** The least count whose one-sided Clopper-Pearson lower bound is at least t; null where there is none. */
function requiredBound(threshold, n, confidence) {
  const t = Number(String(threshold).replace(',', '.'));
  const least = required(threshold, n);
  if (t <= 0) return 0;
  if (t >= 1) return null;
  // The bound is at least t where P(X >= k) <= 1 - confidence for X ~ B(n, t).
  let tail = 0;
  let found = null;
  for (let k = n; k >= least; k--) {
    tail += Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(t) + (n - k) * Math.log1p(-t));
    if (tail > 1 - confidence) break;
    found = k;
  }
  return found;
}
