// The picture of a contest that is being built: a click opens a box's form, and an arrow is drawn by
// dragging from one box to another. By keyboard the forms' own fields do the same.
export default {
  props: { svg: String, chosen: String },
  emits: ["choose", "connect", "arrow"],
  data: () => ({ drag: null }),
  template: `
    <div class="mg-outline-canvas" ref="canvas" tabindex="0" role="region" aria-label="The contest as a picture"
      :style="{ '--natural': natural }" @pointerdown="begin" @pointermove="follow" @pointerup="end" @pointercancel="drag = null" @keydown="pressed">
      <p v-if="!svg" class="mg-soft">Moves and factors appear here as boxes.</p>
      <div v-html="svg"></div>
      <svg v-if="drag && drag.far" class="mg-drawn" aria-hidden="true"><line :x1="drag.from[0]" :y1="drag.from[1]" :x2="drag.to[0]" :y2="drag.to[1]" /></svg>
    </div>`,
  computed: {
    natural() {
      return (/viewBox="\S+ \S+ (\S+)/.exec(this.svg) || [0, 1000])[1] + "px";
    },
  },
  watch: {
    svg: "markSoon",
    chosen: "markSoon",
  },
  mounted() {
    this.mark();
  },
  methods: {
    markSoon() {
      this.$nextTick(() => this.mark());
    },
    mark() {
      for (const box of this.$el.querySelectorAll("[data-node]")) box.classList.toggle("chosen", box.dataset.node === this.chosen);
      if (this.chosen !== this.shown) this.reveal(this.$el.querySelector("[data-node].chosen"));
    },
    reveal(box) {
      // Scrolls the picture alone, and not the page.
      if (box) this.shown = this.chosen;
      const canvas = this.$refs.canvas;
      const [frame, at] = [canvas, box || canvas].map((each) => each.getBoundingClientRect());
      canvas.scrollBy(at.left + at.width / 2 - frame.left - frame.width / 2, at.top + at.height / 2 - frame.top - frame.height / 2);
    },
    place(event) {
      const frame = this.$refs.canvas.getBoundingClientRect();
      return [event.clientX - frame.left + this.$refs.canvas.scrollLeft, event.clientY - frame.top + this.$refs.canvas.scrollTop];
    },
    begin(event) {
      const box = event.target.closest("[data-node]");
      if (!box || event.button) return;
      // A finger scrolls the picture; a mouse or pen draws an arrow.
      const draws = event.pointerType !== "touch";
      if (draws) event.preventDefault();
      this.drag = { tail: box.dataset.node, from: this.place(event), to: this.place(event), far: false, draws };
    },
    follow(event) {
      if (!this.drag?.draws) return;
      this.drag.to = this.place(event);
      this.drag.far ||= Math.hypot(this.drag.to[0] - this.drag.from[0], this.drag.to[1] - this.drag.from[1]) > 12;
    },
    end(event) {
      const drag = this.drag;
      this.drag = null;
      const under = document.elementFromPoint(event.clientX, event.clientY);
      const box = under?.closest("[data-node]");
      if (!drag) {
        const arrow = under?.closest("[data-tail]");
        if (arrow) this.$emit("arrow", { tail: arrow.dataset.tail, head: arrow.dataset.head });
        return;
      }
      if (!drag.far) this.$emit("choose", drag.tail);
      else if (box && box.dataset.node !== drag.tail) this.$emit("connect", { tail: drag.tail, head: box.dataset.node });
    },
    pressed(event) {
      const box = event.target.closest("[data-node]");
      if (!box || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      this.$emit("choose", box.dataset.node);
    },
  },
};
