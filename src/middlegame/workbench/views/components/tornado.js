// For one question: what each judgement, moved through its range, does to it; the widest first.
export default {
  props: { tornados: Array, chosen: Number },
  emits: ["choose"],
  template: `
    <div class="mg-tornado">
      <label>Question <select :value="chosen" @change="$emit('choose', Number($event.target.value))"><option v-for="(each, k) in tornados" :value="k">{{ each.question }}</option></select></label>
      <template v-if="one">
        <p>{{ percent(one.middle) }} with every number in the middle of its range. Each bar goes from what it is at one end of a judgement's range to what it is at the other, all others in the middle.</p>
        <p v-for="flip in one.flips" class="mg-note">{{ flip }}</p>
        <p v-if="!one.flips.length" class="mg-soft">No judgement, alone or with another, changes what is likeliest, even three times as far from the middle as its range goes.</p>
        <p v-if="!one.swings.length" class="mg-soft">No judgement alone moves it by half a percentage point.</p>
        <ul class="mg-swings" v-if="one.swings.length">
          <li v-for="swing in one.swings"><p class="mg-swing-label">{{ swing.label }}</p>
            <div class="mg-swing-bar" aria-hidden="true"><i class="low" :style="piece(one.middle, swing.low)"></i><i class="high" :style="piece(one.middle, swing.high)"></i><i class="middle" :style="{ left: place(one.middle) }"></i></div>
            <p class="mg-soft"><span class="mg-key low"></span>{{ percent(swing.low) }} at {{ swing.ends[0] }} · <span class="mg-key high"></span>{{ percent(swing.high) }} at {{ swing.ends[1] }}<template v-if="swing.flips"> · <b>flips at {{ swing.flips }}</b></template></p></li>
        </ul>
        <p class="mg-soft" v-if="one.still">{{ one.still === 1 ? "1 other judgement does" : one.still + " other judgements do" }} less than half a percentage point{{ one.still === 1 ? "" : " each" }}.</p>
      </template>
    </div>`,
  computed: {
    one() {
      return this.tornados[this.chosen];
    },
    ends() {
      const all = [this.one.middle, ...this.one.swings.flatMap((swing) => [swing.low, swing.high])];
      const [low, high] = [Math.min(...all), Math.max(...all)];
      const room = Math.max(0.02, 0.06 * (high - low));
      return [Math.max(0, low - room), Math.min(1, high + room)];
    },
  },
  methods: {
    percent: (p) => (100 * p).toFixed(1) + "%",
    place(p) {
      return (100 * (p - this.ends[0])) / (this.ends[1] - this.ends[0]) + "%";
    },
    piece(middle, end) {
      const [low, high] = middle < end ? [middle, end] : [end, middle];
      return { left: this.place(low), width: (100 * (high - low)) / (this.ends[1] - this.ends[0]) + "%" };
    },
  },
};
