// A list of dominoes, and the effects of the one that was chosen.
export default {
  props: { dominoes: Array, largest: Array, chosen: String, cascade: Object, busy: Boolean },
  emits: ["topple"],
  data: () => ({ query: "" }),
  template: `
    <div class="mg-dominoes">
      <div>
        <h2 class="mg-h2">Topple one <small>sorted by total effect</small></h2>
        <div class="mg-search"><input type="search" v-model="query" placeholder="Search" aria-label="Search the dominoes"></div>
        <ul class="mg-domino-list" tabindex="0" aria-label="Dominoes"><li v-for="[domino, place] in shown" :key="place">
          <button :aria-pressed="key(domino) === chosen" :data-domino="key(domino)" @click="$emit('topple', key(domino))"><span>{{ domino.label }}</span><i class="mg-strength" aria-hidden="true" :style="{ width: 60 * domino.strength / strongest + 'px' }"></i></button></li></ul>
      </div>
      <div class="mg-effects" aria-live="polite">
        <section v-if="largest.length && !cascade" class="mg-block"><h2 class="mg-h2">The largest effects</h2>
          <ul class="mg-largest"><li v-for="[place, row] in largest"><button class="mg-link" @click="$emit('topple', key(dominoes[place]))">If {{ dominoes[place].label }}</button>
            <p><b>{{ row.label }}</b>: {{ row.before }} → {{ row.after }} ({{ signed(row) }})<span class="mg-soft" v-if="row.note"> · {{ row.note }}</span></p></li></ul></section>
        <p v-if="busy" class="mg-soft" role="status">Computing …</p>
        <button v-if="cascade" class="mg-link" @click="$emit('topple', '')">The largest effects of all dominoes</button>
        <section v-if="cascade" class="mg-block"><h2 class="mg-h2">If {{ cascade.title }}</h2>
          <p v-for="note in cascade.notes" class="mg-note">{{ note }}</p>
          <p v-if="!cascade.rows.length" class="mg-soft">No other probability changes by a percentage point.</p>
          <div v-if="cascade.graph" class="mg-cascade" ref="graph" tabindex="0" role="region" aria-label="The cascade as a picture" :style="{ '--natural': cascade.width + 'px' }" v-html="cascade.graph" :key="cascade.title"></div>
          <div class="mg-changes" v-if="cascade.rows.length"><table><thead><tr><th scope="col">Effect on</th><th scope="col">before</th><th scope="col">after</th><th scope="col">change</th></tr></thead>
            <tbody><tr v-for="row in cascade.rows"><th scope="row">{{ row.label }}<span class="mg-soft" v-if="row.note"><br>{{ row.note }}</span></th><td>{{ row.before }}</td><td>{{ row.after }}</td><td>{{ signed(row) }}</td></tr></tbody></table></div>
        </section>
      </div>
    </div>`,
  computed: {
    strongest() {
      return Math.max(...this.dominoes.map((domino) => domino.strength), 1e-9);
    },
    shown() {
      const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
      return this.dominoes.map((domino, place) => [domino, place]).filter(([domino]) => words.every((word) => (domino.label + " " + domino.name).toLowerCase().includes(word)));
    },
  },
  watch: {
    cascade() {
      this.$nextTick(() => {
        const graph = this.$refs.graph;
        if (graph) graph.scrollLeft = (graph.scrollWidth - graph.clientWidth) / 2;
      });
    },
  },
  methods: {
    key: (domino) => domino.name + "=" + domino.state,
    signed: ({ difference, unit }) => (difference > 0 ? "+" : difference < 0 ? "−" : "") + (Math.abs(difference) + " " + unit).trimEnd(),
  },
};
