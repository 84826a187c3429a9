// Forecast against observed frequency: on the diagonal, events happened as often as forecast.
export default {
  props: { scores: Object, colour: String },
  template: `
    <figure class="mg-calibration"><figcaption>{{ scores.forecaster }}</figcaption>
      <svg viewBox="0 0 260 236" role="img" :aria-label="description">
        <g class="frame"><rect x="40" y="10" width="200" height="190"></rect><path d="M40,200 L240,10"></path>
          <g v-for="tick in [0, 0.25, 0.5, 0.75, 1]"><text :x="x(tick)" y="215" text-anchor="middle">{{ 100 * tick }}%</text><text x="34" :y="y(tick) + 4" text-anchor="end">{{ 100 * tick }}%</text></g>
          <text x="140" y="231" text-anchor="middle">forecast</text><text x="40" y="8" text-anchor="end" dx="14">observed</text></g>
        <g v-for="bin in scores.bins" :style="{ stroke: colour, fill: colour }"><path :d="'M' + x(bin.forecast) + ',' + y(bin.low) + ' V' + y(bin.high)" stroke-width="1.6"></path><circle :cx="x(bin.forecast)" :cy="y(bin.happened)" :r="3 + Math.sqrt(bin.count)"></circle></g>
      </svg></figure>`,
  computed: {
    description() {
      return "Calibration of " + this.scores.forecaster + ": " + this.scores.bins.map((bin) => "forecast " + this.percent(bin.forecast) + ", observed " + this.percent(bin.happened) + " of " + bin.count).join("; ");
    },
  },
  methods: {
    percent: (p) => Math.round(100 * p) + "%",
    x: (p) => 40 + 200 * p,
    y: (p) => 200 - 190 * p,
  },
};
