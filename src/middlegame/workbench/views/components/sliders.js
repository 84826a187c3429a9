// A slider for every range, grouped and searchable. The band on a track is the range as written.
const ratio = { to: Math.log, from: Math.exp };
const scales = {
  points: { to: (x) => x, from: (x) => x },
  odds: ratio,
  years: ratio,
  probability: {
    to: (x, c) => Math.log(x / c) - Math.log1p(-x / c),
    from: (x, c) => c / (1 + Math.exp(-x)),
  },
};
const STEPS = 400;
const PACE = 40; // milliseconds between two values that are sent while dragging
const PAUSE = 400; // milliseconds without a key after which a value that keys moved stands
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

export default {
  props: { groups: Array, values: Object, received: Number },
  emits: ["move", "settle"],
  data: () => ({ query: "", changed: false, local: {}, sent: 0 }),
  template: `
    <div class="mg-numbers">
      <div class="mg-search">
        <input type="search" v-model="query" placeholder="Search the numbers" aria-label="Search the numbers">
        <label><input type="checkbox" v-model="changed"> changed only</label>
      </div>
      <p v-if="!shown.length" class="mg-soft">{{ changed ? "No number is changed." : "No number matches the search." }}</p>
      <details v-for="group in shown" :key="group.title" :open="opened(group)">
        <summary>{{ group.title }} <small>{{ group.ranges.length }}</small></summary>
        <div v-for="number in group.ranges" :key="number.name" class="mg-number" :class="{ changed: isChanged(number) }">
          <div class="mg-claim"><span :id="id(number)">{{ number.claim }}<span class="mg-soft" v-if="number.case"> · {{ number.case }}</span></span>
            <output>{{ valueText(number, value(number)) }}</output>
            <button v-if="isChanged(number)" class="mg-back" @click="back(number)" :aria-label="'Back to the middle of ' + number.written + ': ' + number.claim" title="Back to the middle of its range">↺</button>
          </div>
          <input type="range" class="mg-slider" min="0" :max="steps" step="1" :value="place(number, value(number))" :data-number="number.name"
            :aria-labelledby="id(number)" :aria-valuetext="valueText(number, value(number))" :style="band(number)"
            @input="moved(number, $event)" @change="settled(number, $event)" @keydown="pressed(number, $event)" @blur="rested">
          <p class="mg-why"><b>{{ number.written }}</b><template v-if="number.why"> · {{ number.why }}</template><span v-for="cite in number.citations" class="mg-cite">{{ cite }}</span></p>
        </div>
      </details>
    </div>`,
  computed: {
    steps: () => STEPS,
    shown() {
      const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
      return this.groups
        .map((group) => ({
          title: group.title,
          ranges: group.ranges.filter((number) => {
            if (this.changed && !this.isChanged(number)) return false;
            const text = [group.title, number.name, number.case, number.claim, number.why, ...number.citations].join(" ").toLowerCase();
            return words.every((word) => text.includes(word));
          }),
        }))
        .filter((group) => group.ranges.length);
    },
  },
  watch: {
    values() {
      // The server's values count, except for what is being dragged just now, and unless it has
      // not received yet of what was last moved.
      if (this.received !== this.sent) return;
      for (const name of Object.keys(this.local)) if (name !== this.dragged) delete this.local[name];
    },
  },
  methods: {
    id: (number) => "number-" + number.name.replace(/[^\w-]/g, "_"),
    opened(group) {
      return this.query !== "" || this.changed || group.title === this.groups[0].title || group.ranges.some(this.isChanged);
    },
    isChanged(number) {
      return this.value(number) !== number.median;
    },
    value(number) {
      return this.local[number.name] ?? this.values[number.name] ?? number.median;
    },
    ends(number) {
      const to = scales[number.unit].to;
      return [to(number.least, number.ceiling), to(number.most, number.ceiling)];
    },
    place(number, value) {
      const [low, high] = this.ends(number);
      return Math.round((STEPS * (scales[number.unit].to(value, number.ceiling) - low)) / (high - low));
    },
    at(number, place) {
      const [low, high] = this.ends(number);
      const raw = scales[number.unit].from(low + (place / STEPS) * (high - low), number.ceiling);
      const rounded = Math.round(raw / number.step) * number.step;
      // The file's own number need not be a multiple of the step; one that looks like it is it.
      if (Math.abs(rounded - number.median) < number.step / 2) return number.median;
      return rounded >= number.least && rounded <= number.most ? Number(rounded.toPrecision(12)) : raw;
    },
    valueText(number, value) {
      const digits = (step) => Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
      if (number.unit === "probability") return (100 * value).toFixed(digits(100 * number.step)) + "%";
      const text = value.toFixed(digits(number.step)).replace("-", "−");
      return text + ({ odds: ":1", years: " years" }[number.unit] || "");
    },
    band(number) {
      const low = (100 * this.place(number, number.low)) / STEPS;
      const high = (100 * this.place(number, number.high)) / STEPS;
      return { "--low": low + "%", "--high": high + "%", "--at": (100 * this.place(number, this.value(number))) / STEPS + "%" };
    },
    moved(number, event) {
      this.move(number, this.at(number, Number(event.target.value)));
    },
    // An arrow key moves to the next value that looks different: a place of the track may be less.
    pressed(number, event) {
      const sense = KEYS[event.key];
      if (!sense || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.move(number, this.next(number, sense));
      clearTimeout(this.pause);
      this.rest = () => this.settle(number, this.value(number));
      this.pause = setTimeout(this.rested, PAUSE);
    },
    rested() {
      clearTimeout(this.pause);
      const rest = this.rest;
      this.rest = null;
      if (rest) rest();
    },
    next(number, sense) {
      const value = this.value(number);
      for (let place = this.place(number, value) + sense; place >= 0 && place <= STEPS; place += sense) {
        const found = this.at(number, place);
        if (sense * (found - value) > 0) return found;
      }
      return value;
    },
    move(number, value) {
      this.dragged = number.name;
      this.local[number.name] = value;
      this.latest = { name: number.name, value };
      if (this.timer) return;
      this.send();
    },
    send() {
      const latest = this.latest;
      this.latest = null;
      this.timer = null;
      if (!latest) return;
      this.say("move", latest);
      this.timer = setTimeout(() => this.send(), PACE);
    },
    say(what, change) {
      this.$emit(what, { ...change, place: ++this.sent });
    },
    settled(number, event) {
      this.settle(number, this.at(number, Number(event.target.value)));
    },
    settle(number, value) {
      clearTimeout(this.timer);
      clearTimeout(this.pause);
      this.timer = this.latest = this.dragged = this.rest = null;
      this.local[number.name] = value;
      this.say("settle", { name: number.name, value });
    },
    back(number) {
      delete this.local[number.name];
      this.say("settle", { name: number.name, value: null });
    },
  },
};
