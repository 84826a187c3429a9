// For one question: the effect of each judgement, moved through its range, the widest first.
export default {
  props: { tornados: Array, chosen: Number },
  emits: ["choose"],
  template: `
    <div class="mg-tornado">
      <label>Question <select :value="chosen" @change="$emit('choose', Number($event.target.value))"><option v-for="(each, k) in tornados" :value="k">{{ each.question }}</option></select></label>
      <template v-if="one">
        <p>{{ one.measure === "mean" ? "Mean" : "" }} {{ one.words }} with every number at the middle of its range. Each bar spans the {{ one.measure }} between both ends of one judgement's range, with all others at the middle.</p>
        <p v-for="flip in one.flips" class="mg-note">{{ flip }}</p>
        <p v-if="one.none" class="mg-soft">{{ one.none }}</p>
        <p v-if="!one.swings.length" class="mg-soft">No judgement alone moves the {{ one.measure }} by {{ one.visible }}.</p>
        <ul class="mg-swings" v-if="one.swings.length">
          <li v-for="swing in one.swings"><p class="mg-swing-label">{{ swing.label }}</p>
            <div class="mg-swing-bar" aria-hidden="true"><i class="low" :style="piece(one.central, swing.low)"></i><i class="high" :style="piece(one.central, swing.high)"></i><i class="middle" :style="{ left: place(one.central) }"></i></div>
            <p class="mg-soft"><span class="mg-key low"></span>{{ swing.words[0] }} at {{ swing.ends[0] }} · <span class="mg-key high"></span>{{ swing.words[1] }} at {{ swing.ends[1] }}<template v-if="swing.flip_point"> · <b>flips at {{ swing.flip_point }}</b></template></p></li>
        </ul>
        <p class="mg-soft" v-if="one.negligible">{{ one.negligible === 1 ? "1 other judgement moves" : one.negligible + " other judgements each move" }} it by less than {{ one.visible }}.</p>
      </template>
    </div>`,
  computed: {
    one() {
      return this.tornados[this.chosen];
    },
    ends() {
      const all = [this.one.central, ...this.one.swings.flatMap((swing) => [swing.low, swing.high])];
      const [low, high] = [Math.min(...all), Math.max(...all)];
      const [least, most] = this.one.bounds;
      const room = Math.max(0.02 * (most - least), 0.06 * (high - low));
      return [Math.max(least, low - room), Math.min(most, high + room)];
    },
  },
  methods: {
    place(p) {
      return (100 * (p - this.ends[0])) / (this.ends[1] - this.ends[0]) + "%";
    },
    piece(middle, end) {
      const [low, high] = middle < end ? [middle, end] : [end, middle];
      return { left: this.place(low), width: (100 * (high - low)) / (this.ends[1] - this.ends[0]) + "%" };
    },
  },
};
