// For every move and factor: leave it as forecast, suppose a state, or treat a state as observed.
export default {
  props: { nodes: Array, supposed: Object, given: Object, surprise: Boolean },
  emits: ["pick", "surprise"],
  data: () => ({ query: "" }),
  template: `
    <div class="mg-pickers">
      <p class="mg-soft">Suppose: the state is fixed from outside, and all actors know it before they play. Observed: the state is evidence about the world, and about what the actor that chose it knew.</p>
      <div v-if="nodes.length > 20" class="mg-search"><input type="search" v-model="query" placeholder="Search moves and factors" aria-label="Search moves and factors"></div>
      <div v-for="node in shown" :key="node.name" class="mg-picker" :class="{ changed: value(node) !== 'free' }">
        <label :for="'pick-' + node.name"><i class="mg-dot" :style="{ background: node.colour }"></i>{{ node.label }}</label>
        <select :id="'pick-' + node.name" :data-pick="node.name" :value="value(node)" @change="picked(node, $event)">
          <option value="free">as forecast</option>
          <optgroup label="Suppose"><option v-for="state in node.states" :value="'suppose ' + state[0]">suppose: {{ state[1] }}</option></optgroup>
          <optgroup label="Observed"><option v-for="state in node.states" :value="'given ' + state[0]">observed: {{ state[1] }}</option></optgroup>
        </select>
      </div>
      <label class="mg-check"><input type="checkbox" :checked="surprise" @change="$emit('surprise', $event.target.checked)"> By surprise: no actor expected what is supposed</label>
    </div>`,
  computed: {
    shown() {
      const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
      return this.nodes.filter((node) => words.every((word) => (node.label + " " + node.name).toLowerCase().includes(word)));
    },
  },
  methods: {
    value(node) {
      if (node.name in this.supposed) return "suppose " + this.supposed[node.name];
      if (node.name in this.given) return "given " + this.given[node.name][0];
      return "free";
    },
    picked(node, event) {
      const [mode, state] = event.target.value.split(" ");
      this.$emit("pick", { name: node.name, mode, state: state || "" });
    },
  },
};
