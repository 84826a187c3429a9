// What differs from the file: every change with a button that takes it back, undo and redo.
export default {
  props: { changes: Array, edited: Boolean, undo: Boolean, redo: Boolean, busy: Boolean, message: String, unknown: Array, page: String, filed: Boolean },
  emits: ["remove", "reset", "undo", "redo"],
  template: `<div :data-page="page" :data-edited="edited || !filed">
    <section v-if="changes.length || edited || undo || redo || message || unknown.length" class="mg-banner" aria-label="What differs from the file">
      <div v-if="unknown.length" class="mg-note" role="alert">Parts of this address were left out. {{ unknown.join(" ") }}</div>
      <div class="mg-state">
        <b>{{ changes.length ? "What-if" : edited ? "Edited" : "As in the file" }}</b>
        <span v-if="edited" class="mg-soft">The text in the editor differs from the file.</span>
        <ul v-if="changes.length" aria-label="Changes"><li v-for="change in changes" :key="change.name"><span>{{ change.text }}</span><button :aria-label="'Take back: ' + change.text" title="Take this back" @click="$emit('remove', change.name)">×</button></li></ul>
        <span v-if="busy && !message" class="mg-soft" role="status">Solving …</span>
        <span class="mg-state-tools">
          <button class="mg-button" :disabled="!undo" title="Ctrl+Z" @click="$emit('undo')">Undo</button>
          <button class="mg-button" :disabled="!redo" title="Ctrl+Shift+Z" @click="$emit('redo')">Redo</button>
          <button v-if="changes.length" class="mg-button" @click="$emit('reset')">Back to the file</button>
        </span>
      </div>
      <div v-if="message" class="mg-note" role="alert">{{ message }}</div>
    </section></div>`,
};
