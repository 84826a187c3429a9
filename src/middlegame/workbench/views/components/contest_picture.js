// The contest as a picture whose boxes are buttons, with a panel on the chosen one.
function percent(p) {
  if (p < 0.01) return p < 1e-9 ? "0%" : "<1%";
  if (p > 0.99) return p > 1 - 1e-9 ? "100%" : ">99%";
  return Math.round(100 * p) + "%";
}
const NARROW = 700; // pixels of the frame below which the picture may be wider than it
const READABLE = 0.8; // the least scale there, at which text can be read

export default {
  props: { svg: String, node: Object, chances: Array, periods: Array, period: Number, actors: Array },
  emits: ["choose", "line", "period"],
  data: () => ({ knows: false, scale: 1, x: 0, y: 0, fitted: 1, full: false }),
  template: `
    <div>
    <div v-if="periods.length" class="mg-tools mg-periods" role="toolbar" aria-label="Period">
      <button class="mg-button" :disabled="period <= 1" @click="$emit('period', period - 1)">Earlier</button>
      <select aria-label="Period" :value="period" @change="$emit('period', Number($event.target.value))"><option v-for="(name, k) in periods" :value="k + 1">{{ name }}</option></select>
      <button class="mg-button" :disabled="period >= periods.length" @click="$emit('period', period + 1)">Later</button>
    </div>
    <div class="mg-picture" :class="{ open: !!node }">
      <div class="mg-frame" ref="frame">
        <div class="mg-frame-tools">
          <ul class="mg-actors" aria-label="Colours"><li v-for="[actor, colour] in actors"><i class="mg-dot" :style="{ background: colour }"></i>{{ actor }}</li><li><i class="mg-dot mg-square"></i>factor</li></ul>
          <label class="mg-knows"><input type="checkbox" v-model="knows"> What each move observes (broken lines)</label>
          <span role="toolbar" aria-label="The picture's size"><button class="mg-button" aria-label="Smaller" @click="zoom(1 / 1.3)">−</button><button class="mg-button" aria-label="Larger" @click="zoom(1.3)">+</button><button class="mg-button" @click="fit(true)">Fit</button><button class="mg-button mg-take" aria-haspopup="menu" aria-expanded="false" :data-figure="period ? 'contest@' + period : 'contest'" data-title="contest" aria-label="Take away: the contest's picture">⤓</button><button class="mg-button" @click="turnFull">{{ full ? "Leave full screen" : "Full screen" }}</button></span>
        </div>
        <div class="mg-canvas" :class="{ knows, zoomed: scale > fitted * 1.01 }" ref="canvas" tabindex="0" role="region" aria-label="The contest as a picture: plus and minus change its size, arrow keys move it" @click="clicked" @keydown="pressed" @wheel="wheeled" @pointerdown="grabbed" @focusin="focused">
          <div class="mg-sheet" v-html="svg" :style="{ width: size[0] + 'px', height: size[1] + 'px', transform: 'translate(' + x + 'px,' + y + 'px) scale(' + scale + ')' }"></div>
        </div>
      </div>
      <aside v-if="node" class="mg-panel" :aria-label="node.label" ref="panel" tabindex="-1" @keydown.esc="$emit('choose', '')">
        <button class="mg-close" aria-label="Close" @click="$emit('choose', '')">×</button>
        <p class="mg-kicker"><i class="mg-dot" :style="{ background: node.colour }"></i>{{ node.owner ? "A move of " + within(node.owner) : node.kind === "outcome" ? "An outcome" : "A factor" }}</p>
        <h3>{{ node.label }}</h3>
        <ul class="mg-rows"><li class="mg-row" v-for="(state, k) in node.states"><span class="mg-label">{{ state[1] }}</span><b class="mg-percent">{{ percent(chances[k]) }}</b><span class="mg-track" aria-hidden="true"><i class="mg-fill" :style="{ width: 100 * chances[k] + '%', background: node.colour }"></i></span></li></ul>
        <p v-if="node.why">{{ node.why }} <a v-for="cite in node.citations" class="mg-cite" :href="'#source-' + cite.split(' ¶ ')[0]">{{ cite }}</a></p>
        <template v-if="node.parents.length"><h4>{{ node.owner ? "Known at this move" : "Depends on" }}</h4><p>{{ node.parents.join(" · ") }}</p></template>
        <template v-if="node.judgements.length"><h4>Judgements</h4>
          <div v-for="judgement in node.judgements" class="mg-judgement"><p><span class="mg-soft" v-if="judgement.case">{{ judgement.case }}: </span>{{ judgement.claim }} <b>{{ judgement.value }}</b> <button v-if="judgement.line" class="mg-line" @click="$emit('line', judgement.line)">line {{ judgement.line }}</button></p><p class="mg-soft">{{ judgement.why }} <a v-for="cite in judgement.citations" class="mg-cite" :href="'#source-' + cite.split(' ¶ ')[0]">{{ cite }}</a></p></div>
        </template>
        <template v-if="node.interests.length"><h4>Interests that depend on it</h4>
          <div v-for="[actor, colour, judgement] in node.interests" class="mg-judgement"><p><i class="mg-dot" :style="{ background: colour }"></i>{{ actor }}: {{ judgement.claim }} <b>{{ judgement.value }}</b> points<span class="mg-soft"> · {{ judgement.case }}</span></p><p class="mg-soft">{{ judgement.why }} <a v-for="cite in judgement.citations" class="mg-cite" :href="'#source-' + cite.split(' ¶ ')[0]">{{ cite }}</a></p></div>
        </template>
        <p v-if="!node.judgements.length && !node.interests.length && !node.why" class="mg-soft">The scenario says nothing more about it.</p>
      </aside>
    </div></div>`,
  computed: {
    size() {
      const found = /viewBox="\S+ \S+ (\S+) ([^"\s]+)/.exec(this.svg) || [0, 1000, 600];
      return [Number(found[1]), Number(found[2])];
    },
  },
  mounted() {
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(this.$refs.frame);
    this.knows = this.hasLoneBox();
    this.turned = () => {
      this.full = document.fullscreenElement === this.$refs.frame;
      this.fit();
    };
    document.addEventListener("fullscreenchange", this.turned);
  },
  beforeUnmount() {
    this.sized.disconnect();
    document.removeEventListener("fullscreenchange", this.turned);
  },
  watch: {
    node(now, before) {
      this.mark();
      if (now && (!before || now.name !== before.name)) this.$nextTick(() => this.show());
      if (!now && before) this.$el.querySelector(`[data-node="${CSS.escape(before.name)}"]`)?.focus({ preventScroll: true });
    },
    svg() {
      this.$nextTick(() => this.mark());
    },
    size(now, before) {
      if (now[0] !== before[0] || now[1] !== before[1]) this.$nextTick(() => this.fit());
    },
  },
  methods: {
    percent,
    within: (actor) => (actor.startsWith("The ") ? "the " + actor.slice(4) : actor),
    // Whether some box has no arrow unless what moves observe is drawn.
    hasLoneBox() {
      const arcs = [...this.$el.querySelectorAll("[data-head]")];
      const touched = (some) => new Set(some.flatMap((arc) => [arc.dataset.head, arc.dataset.tail]));
      const all = touched(arcs), plain = touched(arcs.filter((arc) => !arc.classList.contains("knows")));
      return [...this.$el.querySelectorAll("[data-node]")].some(({ dataset }) => all.has(dataset.node) && !plain.has(dataset.node));
    },
    // The whole picture, as large as its frame allows; the frame is as high as that needs. In a
    // narrow frame the text stays readable, unless the whole picture is asked for.
    fit(whole) {
      const canvas = this.$refs.canvas, [wide, high] = this.size;
      if (!canvas?.clientWidth) return;
      const across = canvas.clientWidth / wide;
      this.scale = this.full ? Math.min(across, canvas.clientHeight / high) : Math.min(across, 1.1, Math.max((0.86 * innerHeight) / high, 0.66));
      if (whole !== true && !this.full && canvas.clientWidth < NARROW) this.scale = Math.max(this.scale, READABLE);
      if (!this.full) canvas.style.height = Math.ceil(this.scale * high) + "px";
      this.fitted = this.scale;
      this.x = (canvas.clientWidth - this.scale * wide) / 2;
      this.y = this.full ? (canvas.clientHeight - this.scale * high) / 2 : 0;
    },
    // Keep the place under the pointer, or the middle, where it is.
    zoom(factor, at) {
      const canvas = this.$refs.canvas;
      const [px, py] = at || [canvas.clientWidth / 2, canvas.clientHeight / 2];
      const scale = Math.min(Math.max(this.scale * factor, this.fitted / 2), 4);
      this.x = px - ((px - this.x) * scale) / this.scale;
      this.y = py - ((py - this.y) * scale) / this.scale;
      this.scale = scale;
    },
    wheeled(event) {
      if (!event.ctrlKey && !event.metaKey && !this.full) return;
      event.preventDefault();
      const box = this.$refs.canvas.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 400), [event.clientX - box.left, event.clientY - box.top]);
    },
    grabbed(event) {
      if (event.button) return;
      const begin = [event.clientX - this.x, event.clientY - this.y], from = [event.clientX, event.clientY];
      let moved = false;
      const move = (now) => {
        moved = moved || Math.hypot(now.clientX - from[0], now.clientY - from[1]) > 4;
        if (moved) [this.x, this.y] = [now.clientX - begin[0], now.clientY - begin[1]];
      };
      const end = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
        removeEventListener("pointercancel", end);
        this.dragged = moved;
        setTimeout(() => (this.dragged = false));
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
      addEventListener("pointercancel", end);
    },
    // A box that the keyboard reaches is moved into the frame.
    focused(event) {
      const canvas = this.$refs.canvas;
      canvas.scrollTo(0, 0);
      const box = event.target.closest("[data-node]");
      if (!box) return;
      const inner = box.getBoundingClientRect(), outer = canvas.getBoundingClientRect();
      this.x += Math.max(outer.left - inner.left + 8, 0) - Math.max(inner.right - outer.right + 8, 0);
      this.y += Math.max(outer.top - inner.top + 8, 0) - Math.max(inner.bottom - outer.bottom + 8, 0);
    },
    turnFull() {
      if (this.full) document.exitFullscreen();
      else this.$refs.frame.requestFullscreen();
    },
    // What is chosen elsewhere on the page is moved into view.
    show() {
      const panel = this.$refs.panel, box = panel?.getBoundingClientRect();
      if (box && (box.bottom < 0 || box.top > innerHeight)) panel.scrollIntoView({ block: "start" });
      panel?.focus({ preventScroll: true });
    },
    mark() {
      for (const arc of this.$el.querySelectorAll("[data-head]")) arc.classList.toggle("near", [arc.dataset.head, arc.dataset.tail].includes(this.node?.name));
      for (const box of this.$el.querySelectorAll("[data-node]")) box.classList.toggle("chosen", box.dataset.node === this.node?.name);
    },
    clicked(event) {
      const box = event.target.closest("[data-node]");
      if (box && !this.dragged) this.$emit("choose", box.dataset.node);
    },
    pressed(event) {
      const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
      const step = steps[event.key];
      if (event.key === "+" || event.key === "=") this.zoom(1.3);
      else if (event.key === "-") this.zoom(1 / 1.3);
      else if (event.key === "0") this.fit(true);
      else if (step && (this.scale > this.fitted * 1.01 || this.scale * this.size[0] > this.$refs.canvas.clientWidth + 1)) {
        event.preventDefault();
        this.x += step[0];
        this.y += step[1];
      }
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
