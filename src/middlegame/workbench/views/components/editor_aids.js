// Additions to the code editor: completion by the server, the cursor's line, opening a local file.
import * as CM from "nicegui-codemirror";

export default {
  props: { editor: Number },
  emits: ["complete", "line", "opened", "refused"],
  template: `<span hidden></span>`,
  async mounted() {
    this.number = 0;
    this.pending = {};
    await this.$nextTick();
    const element = getElement(this.editor);
    if (!element) return;
    const view = element.editor || (await element.editorPromise, element.editor);
    if (!view) return;
    view.contentDOM.setAttribute("aria-label", "The scenario's text");
    view.scrollDOM.setAttribute("tabindex", "0");
    view.scrollDOM.setAttribute("role", "region");
    view.scrollDOM.setAttribute("aria-label", "The scenario");
    this.view = view;
    const complete = (context) => this.complete(context);
    const aids = [
      CM.EditorState.languageData.of(() => [{ autocomplete: complete }]),
      CM.EditorView.updateListener.of((update) => {
        if (update.selectionSet || update.docChanged) this.showLine(update.state);
      }),
    ];
    view.dispatch({ effects: CM.StateEffect.appendConfig.of(aids) });
    const shade = () => element.setTheme(document.body.classList.contains("body--dark") ? "githubDark" : "githubLight");
    this.observer = new MutationObserver(shade);
    this.observer.observe(document.body, { attributeFilter: ["class"] });
    shade();
  },
  beforeUnmount() {
    this.observer?.disconnect();
  },
  methods: {
    showLine(state) {
      const line = state.doc.lineAt(state.selection.main.head).number;
      if (line === this.at) return;
      this.at = line;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.$emit("line", line), 150);
    },
    complete(context) {
      const word = context.matchBefore(/[^\s{}\[\],:|=!()"'#]*/);
      const line = context.state.doc.lineAt(context.pos);
      const before = line.text.slice(0, context.pos - line.from);
      if (!context.explicit && !word.text && !/[\[{,:=|] ?$|^\s+$/.test(before)) return null;
      const number = ++this.number;
      return new Promise((resolve) => {
        this.pending[number] = (options) =>
          resolve(options.length ? { from: word ? word.from : context.pos, options, validFor: /^[^\s{}\[\],:|=!()"'#]*$/ } : null);
        this.$emit("complete", { number, line: line.number, column: before.length + 1 });
        setTimeout(() => this.offer(number, []), 3000);
      });
    },
    // The browser opens its file dialog only from within the click itself.
    pickFile(limit) {
      const input = document.createElement("input");
      input.type = "file";
      input.accept = ".yaml,.yml";
      input.addEventListener("change", () => this.openFile(input.files[0], limit));
      input.click();
    },
    async openFile(file, limit) {
      if (!file || !this.view) return;
      if (file.size > limit) return this.$emit("refused", "size");
      let text;
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      } catch {
        return this.$emit("refused", "encoding");
      }
      this.$emit("opened", file.name);
      const whole = { from: 0, to: this.view.state.doc.length, insert: text.replace(/\r\n?/g, "\n") };
      this.view.dispatch({ changes: whole });
    },
    offer(number, options) {
      this.pending[number]?.(options);
      delete this.pending[number];
    },
  },
};
