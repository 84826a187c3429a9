// The contest as a picture whose boxes are buttons, with a panel on the chosen one.
function percent(p) {
  if (p < 0.01) return p < 1e-9 ? "0%" : "<1%";
  if (p > 0.99) return p > 1 - 1e-9 ? "100%" : ">99%";
  return Math.round(100 * p) + "%";
}

export default {
  props: { svg: String, node: Object, chances: Array, periods: Array, period: Number },
  emits: ["choose", "line", "period"],
  data: () => ({ whole: false }),
  template: `
    <div>
    <div v-if="periods.length" class="mg-tools mg-periods" role="toolbar" aria-label="Period">
      <button class="mg-button" :disabled="period <= 1" @click="$emit('period', period - 1)">Earlier</button>
      <select aria-label="Period" :value="period" @change="$emit('period', Number($event.target.value))"><option v-for="(name, k) in periods" :value="k + 1">{{ name }}</option></select>
      <button class="mg-button" :disabled="period >= periods.length" @click="$emit('period', period + 1)">Later</button>
    </div>
    <div class="mg-picture" :class="{ open: !!node, whole }">
      <div class="mg-canvas" ref="canvas" tabindex="0" role="region" aria-label="The contest as a picture" :style="{ '--natural': natural }" v-html="svg" @click="clicked" @keydown="pressed"></div>
      <button class="mg-link mg-whole" :aria-pressed="whole" @click="whole = !whole">{{ whole ? "Show it in a window" : "Show the whole picture" }}</button>
      <aside v-if="node" class="mg-panel" :aria-label="node.label" ref="panel" tabindex="-1" @keydown.esc="$emit('choose', '')">
        <button class="mg-close" aria-label="Close" @click="$emit('choose', '')">×</button>
        <p class="mg-kicker"><i class="mg-dot" :style="{ background: node.colour }"></i>{{ node.owner ? "A move of " + within(node.owner) : node.kind === "outcome" ? "An outcome" : "A factor" }}</p>
        <h3>{{ node.label }}</h3>
        <ul class="mg-rows"><li class="mg-row" v-for="(state, k) in node.states"><span class="mg-label">{{ state[1] }}</span><b class="mg-percent">{{ percent(chances[k]) }}</b><span class="mg-track" aria-hidden="true"><i class="mg-fill" :style="{ width: 100 * chances[k] + '%', background: node.colour }"></i></span></li></ul>
        <p v-if="node.why">{{ node.why }} <span v-for="cite in node.citations" class="mg-cite">{{ cite }}</span></p>
        <template v-if="node.parents.length"><h4>{{ node.owner ? "Known at this move" : "Depends on" }}</h4><p>{{ node.parents.join(" · ") }}</p></template>
        <template v-if="node.judgements.length"><h4>Judgements</h4>
          <div v-for="judgement in node.judgements" class="mg-judgement"><p><span class="mg-soft" v-if="judgement.case">{{ judgement.case }}: </span>{{ judgement.claim }} <b>{{ judgement.value }}</b> <button v-if="judgement.line" class="mg-line" @click="$emit('line', judgement.line)">line {{ judgement.line }}</button></p><p class="mg-soft">{{ judgement.why }} <span v-for="cite in judgement.citations" class="mg-cite">{{ cite }}</span></p></div>
        </template>
        <template v-if="node.interests.length"><h4>Interests that depend on it</h4>
          <div v-for="[actor, colour, judgement] in node.interests" class="mg-judgement"><p><i class="mg-dot" :style="{ background: colour }"></i>{{ actor }}: {{ judgement.claim }} <b>{{ judgement.value }}</b> points<span class="mg-soft"> · {{ judgement.case }}</span></p><p class="mg-soft">{{ judgement.why }} <span v-for="cite in judgement.citations" class="mg-cite">{{ cite }}</span></p></div>
        </template>
        <p v-if="!node.judgements.length && !node.interests.length && !node.why" class="mg-soft">The scenario says nothing more about it.</p>
      </aside>
    </div></div>`,
  computed: {
    natural() {
      return (/viewBox="\S+ \S+ (\S+)/.exec(this.svg) || [0, 1000])[1] + "px";
    },
  },
  mounted() {
    // Where the picture is wider than the page, it begins in its middle: that is where the boxes are.
    const canvas = this.$refs.canvas;
    this.sized = new ResizeObserver(() => {
      if (!canvas.clientWidth) return;
      this.sized.disconnect();
      canvas.scrollLeft = (canvas.scrollWidth - canvas.clientWidth) / 2;
    });
    this.sized.observe(canvas);
  },
  beforeUnmount() {
    this.sized.disconnect();
  },
  watch: {
    node(now, before) {
      this.mark();
      if (now && (!before || now.name !== before.name)) this.$nextTick(() => this.$refs.panel?.focus({ preventScroll: true }));
      if (!now && before) this.$el.querySelector(`[data-node="${CSS.escape(before.name)}"]`)?.focus({ preventScroll: true });
    },
    svg() {
      this.$nextTick(() => this.mark());
    },
  },
  methods: {
    percent,
    within: (actor) => (actor.startsWith("The ") ? "the " + actor.slice(4) : actor),
    mark() {
      for (const box of this.$el.querySelectorAll("[data-node]")) box.classList.toggle("chosen", box.dataset.node === this.node?.name);
    },
    clicked(event) {
      const box = event.target.closest("[data-node]");
      if (box) this.$emit("choose", box.dataset.node);
    },
    pressed(event) {
      if (event.key === "Enter" || event.key === " ") {
        const box = event.target.closest("[data-node]");
        if (box) {
          event.preventDefault();
          this.$emit("choose", box.dataset.node);
        }
      }
      if (event.key === "Escape") this.$emit("choose", "");
    },
  },
};
