// Forecasts over time: a line for each state of a move or factor, a point for each period.
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#8070FF"];
const DASHES = ["", "6 3", "2 3", "9 3 2 3", "1 2", "4 4"];

export default {
  props: { series: Array },
  template: `
    <section v-if="series.length" class="mg-block mg-curves"><h2 class="mg-h2">Over time</h2>
      <div class="mg-groups"><figure v-for="one in series" :key="one.name">
        <figcaption class="mg-h3"><i class="mg-dot" :style="{ background: one.colour }"></i>{{ one.title }} <button class="mg-take" aria-haspopup="menu" aria-expanded="false" :data-figure="one.name" :data-title="one.name" :aria-label="'Take away: ' + one.title">⤓</button></figcaption>
        <ul v-if="one.labels.length && only(one) >= 0" class="mg-rows"><li v-for="(label, k) in one.labels" class="mg-row"><span class="mg-label">{{ label }}</span><b class="mg-percent">{{ percent(one.chances[k][only(one)]) }}</b>
          <span class="mg-track" aria-hidden="true"><i class="mg-fill" :style="{ left: 0, width: 100 * one.chances[k][only(one)] + '%', background: one.colour }"></i></span><span v-if="one.bands.length" class="mg-word">90% of worlds {{ between(one.bands[k][only(one)]) }}</span></li></ul>
        <p v-if="one.labels.length && only(one) >= 0" class="mg-soft">Only in {{ one.periods[only(one)] }}.</p>
        <svg v-if="one.labels.length && only(one) < 0" viewBox="-8 0 308 150" role="img" :aria-label="description(one)">
          <g class="frame"><path v-for="at in [0, 0.5, 1]" :d="'M32,' + y(at) + ' H290'"></path><text v-for="at in [0, 0.5, 1]" x="28" :y="y(at) + 4" text-anchor="end">{{ 100 * at }}%</text>
            <text x="32" y="146">{{ one.periods[0] }}</text><text x="290" y="146" text-anchor="end">{{ one.periods[one.periods.length - 1] }}</text></g>
          <path v-for="(ends, k) in one.bands" :d="area(one, ends)" :fill="colour(k)" opacity="0.15"></path>
          <path v-for="(chances, k) in one.chances" :d="line(one, chances)" :transform="apart(one, k)" fill="none" :stroke="colour(k)" stroke-width="2" :stroke-dasharray="dash(k)"></path>
          <g v-for="(chances, k) in one.chances" :fill="colour(k)" :transform="apart(one, k)"><template v-for="(p, at) in chances"><circle v-if="p !== null" :cx="x(one, at)" :cy="y(p)" r="2.4"></circle></template></g>
        </svg>
        <ul v-if="one.labels.length && only(one) < 0" class="mg-rows"><li v-for="(label, k) in one.labels" class="mg-legend"><svg viewBox="0 0 26 8" aria-hidden="true"><path d="M0,4 H26" :stroke="colour(k)" stroke-width="2.5" :stroke-dasharray="dash(k)"></path></svg><span>{{ label }}</span><b>{{ percent(last(one.chances[k])) }}</b><small v-if="one.bands.length">{{ between(last(one.bands[k])) }}</small></li></ul>
        <p v-if="one.bands.length && only(one) < 0" class="mg-soft">Numbers are for {{ one.periods[lastPeriod(one)] }}; bands are 90% intervals.</p>
        <svg v-if="one.values.length" viewBox="-8 0 308 150" role="img" :aria-label="valueDescription(one)">
          <g class="frame"><path v-for="at in ends(one)" :d="'M32,' + valueY(one, at) + ' H290'"></path><text v-for="at in ends(one)" x="28" :y="valueY(one, at) + 4" text-anchor="end">{{ at }}</text>
            <text x="32" y="146">{{ one.periods[0] }}</text><text x="290" y="146" text-anchor="end">{{ one.periods[one.periods.length - 1] }}</text></g>
          <path :d="band(one)" :fill="one.colour" opacity="0.18"></path>
          <path :d="means(one)" fill="none" :stroke="one.colour" stroke-width="2"></path>
          <template v-for="(value, at) in one.values"><circle v-if="value" :cx="x(one, at)" :cy="valueY(one, value.mean)" r="2.4" :fill="one.colour"></circle></template>
        </svg>
        <p v-if="one.values.length" class="mg-soft">Mean and 90% interval{{ one.unit ? ", " + one.unit : "" }}; at last {{ last(one.values).text }} ({{ last(one.values).low }} to {{ last(one.values).high }}).</p>
        <p v-for="note in one.notes" class="mg-soft">{{ note }}</p>
      </figure></div></section>`,
  methods: {
    // The only period that a move or factor is in; -1 where it is in several.
    only(one) {
      const there = one.chances[0].map((p, at) => (p === null ? -1 : at)).filter((at) => at >= 0);
      return there.length === 1 ? there[0] : -1;
    },
    // Lines that run on each other are drawn a little apart.
    apart(one, k) {
      const same = (other) => other.every((p, at) => p === null || one.chances[k][at] === null || Math.abs(p - one.chances[k][at]) < 0.012);
      return `translate(0 ${-2.6 * one.chances.slice(0, k).filter(same).length})`;
    },
    colour: (k) => COLOURS[k % COLOURS.length],
    dash: (k) => DASHES[k % DASHES.length],
    percent: (p) => (p === null || p === undefined ? "" : p < 0.01 ? "<1%" : Math.round(100 * p) + "%"),
    between([low, high]) {
      const ends = [this.percent(low), this.percent(high)];
      return ends[0] === ends[1] ? ends[0] : `between ${ends[0]} and ${ends[1]}`;
    },
    lastPeriod: (one) => one.chances[0].map((p, at) => (p === null ? -1 : at)).reduce((a, b) => Math.max(a, b)),
    // The 90% interval as an area, broken where the move or factor is absent.
    area(one, ends) {
      const runs = [[]];
      ends.forEach((pair, k) => (pair ? runs[runs.length - 1].push(k) : runs.push([])));
      const point = (k, end) => this.x(one, k).toFixed(1) + "," + this.y(ends[k][end]).toFixed(1);
      return runs.filter((run) => run.length).map((run) => "M" + [...run.map((k) => point(k, 1)), ...run.slice().reverse().map((k) => point(k, 0))].join(" L") + " Z").join(" ");
    },
    last: (chances) => chances.filter((p) => p !== null).pop(),
    y: (p) => 126 - 116 * p,
    x: (one, at) => 32 + (at * 258) / Math.max(one.periods.length - 1, 1),
    line(one, chances) {
      let pen = "M";
      return chances.map((p, k) => { if (p === null) { pen = "M"; return ""; } const drawn = pen + this.x(one, k).toFixed(1) + "," + this.y(p).toFixed(1); pen = "L"; return drawn; }).join(" ");
    },
    ends(one) {
      const there = one.values.filter((value) => value !== null);
      return [Math.min(...there.map((value) => value.low)), Math.max(...there.map((value) => value.high))];
    },
    valueY(one, value) {
      const [low, high] = this.ends(one);
      return 126 - (116 * (value - low)) / (high - low || 1);
    },
    band(one) {
      const at = one.values.map((value, k) => (value ? k : -1)).filter((k) => k >= 0);
      const point = (k, end) => this.x(one, k).toFixed(1) + "," + this.valueY(one, one.values[k][end]).toFixed(1);
      return "M" + [...at.map((k) => point(k, "high")), ...at.reverse().map((k) => point(k, "low"))].join(" L") + " Z";
    },
    means(one) {
      let pen = "M";
      return one.values.map((value, k) => { if (value === null) { pen = "M"; return ""; } const drawn = pen + this.x(one, k).toFixed(1) + "," + this.valueY(one, value.mean).toFixed(1); pen = "L"; return drawn; }).join(" ");
    },
    valueDescription(one) {
      return one.title + " over time, mean: " + one.values.map((value) => (value ? value.text : "none")).join(", ") + " " + one.unit;
    },
    description(one) {
      return one.title + " over time: " + one.labels.map((label, k) => label + " " + one.chances[k].map((p) => this.percent(p)).filter(Boolean).join(", ")).join("; ");
    },
  },
};
