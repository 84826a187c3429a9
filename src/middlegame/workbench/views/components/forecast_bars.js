// Forecasts as bars, beside those of the scenario as written, with intervals where known.
function percent(p) {
  if (p === undefined) return "";
  if (p < 1e-9) return "0%";
  if (p > 1 - 1e-9) return "100%";
  if (p < 0.01) return "<1%";
  if (p > 0.99) return ">99%";
  return Math.round(100 * p) + "%";
}

export default {
  emits: ["choose"],
  props: { explains: Boolean, sections: Array, now: Object, base: Object, intervals: Object, priors: Object, scale: Array, sentences: Object },
  template: `
    <div class="mg-forecast">
      <section v-for="section in sections" :key="section.title" class="mg-block">
        <h2 class="mg-h2">{{ section.title }} <small v-if="section.note">{{ section.note }}</small> <template v-if="!section.groups[0].title"><button class="mg-take" aria-haspopup="menu" aria-expanded="false" :data-figure="section.groups[0].key" :data-title="section.groups[0].key" :aria-label="'Take away: ' + section.title">⤓</button></template></h2>
        <div class="mg-groups">
        <div v-for="group in section.groups" :key="group.key" class="mg-group">
          <h3 v-if="group.title" class="mg-h3"><i class="mg-dot" :style="{ background: group.colour }"></i>{{ group.title }} <button class="mg-take" aria-haspopup="menu" aria-expanded="false" :data-figure="group.key" :data-title="group.key" :aria-label="'Take away: ' + group.title">⤓</button></h3>
          <ul class="mg-rows">
            <li v-for="row in group.rows" :key="row.key" class="mg-row" :data-key="row.key" :data-value="now[row.key]">
              <button v-if="explains && row.state" class="mg-label mg-explain" :title="'Reasons: ' + row.label" @click="$emit('choose', row.state)">{{ row.label }}</button>
              <span v-else class="mg-label">{{ row.label }}</span>
              <span class="mg-change" :class="{ up: delta(row.key) > 0 }" v-if="delta(row.key)">{{ signed(delta(row.key)) }}</span>
              <b class="mg-percent" :title="interval(row.key)">{{ percent(now[row.key]) }}</b>
              <span class="mg-track" aria-hidden="true" @click="explains && row.state && $emit('choose', row.state)">
                <i class="mg-fill" :style="{ width: 100 * now[row.key] + '%', background: group.colour || null }"></i>
                <i class="mg-base" v-if="delta(row.key)" :style="{ left: 100 * base[row.key] + '%' }"></i>
              </span>
              <span class="mg-whisker" aria-hidden="true" v-if="ranged">
                <template v-if="intervals[row.key]"><i class="mg-interval" :style="span(intervals[row.key])"></i><i class="mg-mean" :style="{ left: 100 * now[row.key] + '%' }"></i></template>
              </span>
              <span class="mg-word" v-if="section.words">{{ word(now[row.key]) }}<template v-if="intervals[row.key]">; {{ interval(row.key) }}</template><template v-if="prior(row.key)">; {{ prior(row.key) }}</template></span>
              <span class="mg-word" v-else-if="intervals[row.key] || prior(row.key)">{{ [interval(row.key), prior(row.key)].filter(Boolean).join("; ") }}</span>
            </li>
            <li v-if="group.rows.length" class="mg-axis" aria-hidden="true"><i>0%</i><i>50%</i><i>100%</i></li>
          </ul>
          <svg v-if="group.values" class="mg-histogram" viewBox="0 0 300 76" preserveAspectRatio="none" role="img" :aria-label="group.title + ': ' + (sentences[group.key] || '')">
            <g v-for="bin in bins(group)" :key="bin.key"><rect :x="bin.x" :y="60 - bin.height" :width="bin.width" :height="bin.height" :fill="group.colour"><title>{{ bin.name }}: {{ percent(bin.now) }}</title></rect>
              <path v-if="Math.abs(bin.before - bin.height) > 0.5" :d="'M' + bin.x + ',' + (60 - bin.before) + ' h' + bin.width" stroke="currentColor" stroke-width="1.2"></path></g>
            <path d="M0,60 H300" stroke="currentColor" opacity="0.3"></path>
          </svg>
          <p v-if="group.values" class="mg-scale-ends mg-soft" aria-hidden="true"><span>{{ group.values[0][1] }}</span><span>{{ group.values[group.values.length - 1][1] }}</span></p>
          <p v-for="key in group.notes || []" :key="key" class="mg-soft">{{ sentences[key] }}</p>
        </div>
        </div>
      </section>
    </div>`,
  computed: {
    ranged() {
      return Object.keys(this.intervals).length > 0;
    },
  },
  methods: {
    percent,
    bins(group) {
      const tallest = Math.max(...group.values.map(([key]) => Math.max(this.now[key], this.base[key])), 1e-9);
      const cell = 300 / group.values.length;
      return group.values.map(([key, name], place) => ({
        key, name, now: this.now[key], x: (place + 0.06) * cell, width: 0.88 * cell,
        height: (58 * this.now[key]) / tallest, before: (58 * this.base[key]) / tallest,
      }));
    },
    delta(key) {
      return Math.round(100 * this.now[key]) - Math.round(100 * this.base[key]) || 0;
    },
    signed(points) {
      return (points > 0 ? "+" : "−") + Math.abs(points) + " pp";
    },
    span([low, high]) {
      return { left: 100 * low + "%", width: 100 * (high - low) + "%" };
    },
    interval(key) {
      const ends = this.intervals[key];
      if (ends && percent(ends[0]) === percent(ends[1])) return `${percent(ends[0])} in at least 90% of worlds`;
      return ends ? `90% of worlds between ${percent(ends[0])} and ${percent(ends[1])}` : null;
    },
    // The probability before the evidence, where that has changed it.
    prior(key) {
      const before = percent(this.priors[key]);
      return before && before !== percent(this.now[key]) ? `prior ${before}` : "";
    },
    word(p) {
      const step = this.scale.find(([end]) => p <= end);
      return (step || this.scale[this.scale.length - 1])[1];
    },
  },
};
