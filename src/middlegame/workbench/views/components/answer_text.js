// The answer in words: summary, storylines, expected points, what changed and why.
export default {
  props: { answer: String, notes: Array, branches: Array, storylines: Array, storylinesSummary: String, storylinesNote: String, points: Array, pointsScale: String, shifts: Array, reasons: Array, part: String, effect: String, waits: Boolean },
  template: `
    <div class="mg-answer-text">
      <template v-if="part === 'answer'">
        <p class="mg-answer" aria-live="polite">{{ answer }}</p>
        <p v-for="note in notes" class="mg-note">{{ note }}</p>
      </template>
      <section v-if="part === 'branches' && branches.length" class="mg-block">
        <h2 class="mg-h2">Branches <small>equilibria that mirror each other; behind each state its probability in their mixture</small></h2>
        <template v-for="branch in branches"><h3 class="mg-h3">{{ branch.title }}</h3>
          <ul class="mg-rows"><li class="mg-row" v-for="line in branch.lines"><span class="mg-label">{{ line.clause }} <small>({{ percent(line.mixture) }})</small></span><b class="mg-percent">{{ percent(line.probability) }}</b>
            <span class="mg-track" aria-hidden="true"><i class="mg-fill" :style="{ left: 0, width: 100 * line.probability + '%' }"></i></span></li></ul>
          <p v-if="branch.unlisted" class="mg-soft">{{ branch.unlisted }} more differ.</p></template>
      </section>
      <section v-if="part === 'storylines' && storylines.length" class="mg-block">
        <h2 class="mg-h2">Storylines <small>{{ storylinesSummary }}</small></h2>
        <p v-if="storylinesNote" class="mg-soft">{{ storylinesNote }}</p>
        <ol class="mg-stories"><li v-for="(line, k) in storylines"><b>{{ percent(line.probability) }}</b>
          <p><small v-if="line.branch">Branch {{ line.branch }}: </small><span v-for="step in line.steps"><span :class="{ differs: k && step[1] }">{{ capital(step[0]) }}.</span>{{ " " }}</span><small v-if="line.along">{{ line.along }}</small></p></li></ol>
      </section>
      <section v-if="part === 'points' && points.length" class="mg-block">
        <h2 class="mg-h2">Expected points <small>{{ pointsScale }}; not comparable across actors</small> <button class="mg-take" aria-haspopup="menu" aria-expanded="false" data-figure="points" data-title="points" aria-label="Take away: expected points">⤓</button></h2>
        <ul class="mg-rows mg-points"><li class="mg-row" v-for="[actor, colour, share, words, range] in points"><span class="mg-label"><i class="mg-dot" :style="{ background: colour }"></i>{{ actor }}</span><b class="mg-percent">{{ words.replace("-", "−") }}</b>
          <span class="mg-track" aria-hidden="true"><i class="mg-fill" :style="beam(share, colour)"></i><i class="mg-zero"></i></span><span v-if="range" class="mg-word">{{ part90(range) }}</span></li></ul>
      </section>
      <section v-if="part === 'changes'" class="mg-block mg-changes" aria-live="polite">
        <h2 class="mg-h2">What changed and why</h2>
        <p v-if="effect" class="mg-soft">{{ effect }}</p>
        <div :class="{ 'mg-stale': waits }"><p v-for="line in reasons">{{ line }}</p>
        <table v-if="shifts.length"><thead><tr><th scope="col">Largest changes</th><th scope="col">before</th><th scope="col">now</th><th scope="col">change</th></tr></thead>
          <tbody><tr v-for="[label, before, after, difference, unit] in shifts"><th scope="row">{{ label }}</th><td>{{ before }}</td><td>{{ after }}</td><td>{{ difference > 0 ? "+" : "−" }}{{ Math.abs(difference) }} {{ unit }}</td></tr></tbody></table></div>
      </section>
    </div>`,
  methods: {
    percent: (p) => (p < 0.01 ? "<1%" : Math.round(100 * p) + "%"),
    capital: (text) => text.charAt(0).toUpperCase() + text.slice(1),
    part90: (range) => `90% of worlds between ${range.replace(" to ", " and ").replaceAll("-", "−")}`,
    beam(share, colour) {
      const half = 50 * Math.abs(share);
      return { left: (share < 0 ? 50 - half : 50) + "%", width: half + "%", background: colour };
    },
  },
};
